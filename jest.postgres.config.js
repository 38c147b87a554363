import config from './jest.config.js';

/**
 * What `npm test` proves for both engines. A file runs on both if what it proves depends on the engine: transactions, locks and races
 * between connections, migrations, plans, what PostgreSQL does with dates, texts, orders, limits and errors, commands beside a running
 * service, and time as the database has it. It is listed here if it proves something else, and sends no statement that only this file sends:
 * `support/all-statements.mjs` fails a run in which a statement of docs/statements.sql was never sent to PostgreSQL.
 */
const WITHOUT_SERVER = [
  // They read files of the repository, or call one class.
  'policy/(?!policy\\.)[\\w-]+',
  ...['build', 'bundle', 'new-module', 'trusted-proxies', 'unread-metrics'].map((name) => `api/${name}`),
  ...['passport-jwt', 'remembered-passwords', 'wire-form'].map((name) => `authority/${name}`),
  // They are about the embedded database, and use it whatever the suites run on.
  ...['damaged-folder', 'embedded-maintenance', 'embedded-memory', 'first-start', 'folder-lock', 'private-files'].map(
    (name) => `database/${name}`,
  ),
  'testing/testing',
  // They are about HTTP before a request reaches a handler or after it has left one, about pages and documentation, or about what is
  // declared in code.
  ...[
    'alert-rules',
    'bad-bodies',
    'bad-ids',
    'compression',
    'console',
    'cross-origin',
    'definition',
    'encoded-bodies',
  ].map((name) => `api/${name}`),
  ...[
    'every-answer',
    'home',
    'hostile-dtos',
    'hosts',
    'issuer-path',
    'npm-start',
    'openapi',
    'plain-dtos',
    'proxies',
  ].map((name) => `api/${name}`),
  ...['plug-in-faults', 'plug-in-start', 'routes', 'update-by-id', 'validation'].map((name) => `api/${name}`),
  ...['declarations', 'documentation', 'openapi'].map((name) => `resource-kit/${name}`),
  // They are about who a request is by and what it may do, as code decides it of headers, forms, proofs and the roles of a row. The rows are
  // those that the other files of sign-ins, refreshes, clients and proofs write and read, by the same statements.
  ...['credentials', 'grants', 'roles', 'session-notices', 'token'].map((name) => `api/${name}`),
  ...['client-names', 'client-targets', 'dpop-challenges', 'exact-tokens', 'form-bodies', 'form-encoded-basic'].map(
    (name) => `authority/${name}`,
  ),
  // They are about how programs of others get on with the service, over HTTP.
  ...[
    'dpop-alone',
    'dpop-clients',
    'resource-server',
    'resource-server-dpop',
    'strict-clients',
    'unavailable-keys',
  ].map((name) => `authority/${name}`),
  // postgres/judgement.test.ts compares with the same model, for one process and for two.
  'authority/judgement',
];

/** The same suites on PostgreSQL, and those of many processes and records: the server that TEST_DATABASE_URL names, or one that comes from npm. */
export default {
  ...config,
  testPathIgnorePatterns: [
    ...config.testPathIgnorePatterns.filter((folder) => !folder.endsWith('/postgres/')),
    ...WITHOUT_SERVER.map((name) => `<rootDir>/test/${name}\\.test\\.ts$`),
  ],
  reporters: ['default', '<rootDir>/test/support/all-statements.mjs'],
  globalSetup: '<rootDir>/test/support/postgres-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
};
