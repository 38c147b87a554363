import base from '../../jest.config.js';

/** Suites that need Chromium: `npm run test:browser`. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/browser/setup.mjs',
  globalTeardown: '<rootDir>/test/browser/teardown.mjs',
  // Chromium and the services need processors too.
  maxWorkers: 2,
};
