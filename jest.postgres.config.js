import config from './jest.config.js';

/** The same suites on PostgreSQL: the server that TEST_DATABASE_URL names, or one that comes from npm. */
export default {
  ...config,
  globalSetup: '<rootDir>/test/support/postgres-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.mjs',
};
