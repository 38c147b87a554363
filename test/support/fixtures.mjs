import { join } from 'node:path';

/** Where what the suites share is kept, made anew with each run. */
export const CACHE = join(import.meta.dirname, '../.cache');

/** The database that each suite on PostgreSQL begins with a copy of, and the secret it was made under. */
export const TEMPLATE = 'tessera_image';
export const SECRET = 'a secret for tests only of no less than 43 characters';

/** The data folder that each suite begins with a copy of. */
export const IMAGE = join(CACHE, 'image');

const OPERATIONS = ['Create', 'Read', 'List', 'Edit', 'Delete'];

/** The users of the image: the administrator first, then one for each role of the resource, one with all, one with none. */
export const USERS = [
  { email: 'admin@example.com', password: 'correct horse: battery', isAdministrator: true, roles: [] },
  ...OPERATIONS.map((operation) => ({
    email: `${operation.toLowerCase()}@example.com`,
    password: `password of ${operation}`,
    isAdministrator: false,
    roles: [`RefreshToken-${operation}`],
  })),
  {
    email: 'all@example.com',
    password: 'password of all',
    isAdministrator: false,
    roles: OPERATIONS.map((operation) => `RefreshToken-${operation}`),
  },
  { email: 'none@example.com', password: 'password of none', isAdministrator: false, roles: [] },
];
