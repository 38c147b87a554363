import config from './jest.config.js';

/**
 * What `npm test` proves for both engines: none of these reaches the database that TEST_DATABASE_URL names.
 * - They read files of the repository, or call one class: all of `policy/` but policy.test.ts, build, bundle, new-module, trusted-proxies,
 *   unread-metrics and remembered-passwords.
 * - They are about the embedded database, and use it whatever the suites run on: those of `database/`, and `testing/`.
 * - They are about HTTP before a request reaches a handler or after it has left one, about the documentation, or about what is declared in code:
 *   no statement takes part in what they prove.
 */
const WITHOUT_SERVER = [
  'policy/(?!policy\\.)[\\w-]+',
  ...['build', 'bundle', 'new-module', 'trusted-proxies', 'unread-metrics'].map((name) => `api/${name}`),
  'authority/remembered-passwords',
  ...[
    'bad-bodies',
    'compression',
    'cross-origin',
    'definition',
    'encoded-bodies',
    'every-answer',
    'home',
    'hostile-dtos',
    'hosts',
  ].map((name) => `api/${name}`),
  ...['issuer-path', 'npm-start', 'openapi', 'plain-dtos', 'proxies', 'validation'].map((name) => `api/${name}`),
  ...['declarations', 'documentation', 'openapi'].map((name) => `resource-kit/${name}`),
  ...['damaged-folder', 'embedded-maintenance', 'embedded-memory', 'first-start', 'folder-lock', 'private-files'].map(
    (name) => `database/${name}`,
  ),
  'testing/testing',
];

/** The same suites on PostgreSQL, and those of many processes and records: the server that TEST_DATABASE_URL names, or one that comes from npm. */
export default {
  ...config,
  testPathIgnorePatterns: [
    ...config.testPathIgnorePatterns.filter((folder) => !folder.endsWith('/postgres/')),
    ...WITHOUT_SERVER.map((name) => `<rootDir>/test/${name}\\.test\\.ts$`),
  ],
  globalSetup: '<rootDir>/test/support/postgres-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
};
