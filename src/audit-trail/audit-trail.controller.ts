import { Controller } from '@nestjs/common';
import { SearchController } from '../resource/kit/resource.controller.js';
import { AUDIT_TRAIL_ENTRIES, AuditTrailEntry } from './audit-trail-entry.entity.js';

/** The audit trail, with the search of contract 1.6. `AuditTrailService` carries it out. */
@Controller(AUDIT_TRAIL_ENTRIES.path)
export class AuditTrailController extends SearchController(AuditTrailEntry) {}
