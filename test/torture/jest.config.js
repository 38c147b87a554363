import base from '../../jest.config.js';

/** Planted faults that the harness must find. They take minutes, so they have their own command, `npm run torture:planted`. */
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
