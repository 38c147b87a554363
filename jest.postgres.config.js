import config from './jest.config.js';

/** The same suites on PostgreSQL, and those of many processes and records: the server that TEST_DATABASE_URL names, or one that comes from npm. */
export default {
  ...config,
  testPathIgnorePatterns: config.testPathIgnorePatterns.filter((folder) => !folder.endsWith('/postgres/')),
  globalSetup: '<rootDir>/test/support/postgres-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
};
