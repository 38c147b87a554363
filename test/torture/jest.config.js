import base from '../../jest.config.js';

/** Faults planted into the service, which the harness must find: minutes, so a command of their own, `npm run torture:planted`. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/torture/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: undefined,
  // Most of the time is spent waiting.
  maxConcurrency: 3,
  testTimeout: 600_000,
};
