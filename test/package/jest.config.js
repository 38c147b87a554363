import base from '../../jest.config.js';

/** Suites that install the packed package from the registry: `npm run test:package`. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/package/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: undefined,
  testTimeout: 600_000,
};
