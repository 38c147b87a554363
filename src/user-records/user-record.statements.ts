import { readingStatementsOf, useStatements } from '../resource/kit/resource.statements.js';
import { USERS } from './user-record.js';

// The acts of the kit that read users run these statements. Writes go through the service of users, which signs the rows.
useStatements(USERS, readingStatementsOf(USERS));
