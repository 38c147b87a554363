/** The suites speak HTTP to the built service (`npm run build` comes first); what they import from src is compiled by swc. */
export default {
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need a browser, a server, or time, and have commands of their own: `npm run test:browser`, `test:postgres`, `torture:planted`.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/browser/',
    '<rootDir>/test/package/',
    '<rootDir>/test/postgres/',
    '<rootDir>/test/torture/',
  ],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  setupFiles: ['<rootDir>/test/support/usual-umask.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
        },
        module: { type: 'es6' },
      },
    ],
  },
  testSequencer: '<rootDir>/test/support/long-first.mjs',
  // Each file waits for a part of its time: three keep two processors busy.
  maxWorkers: 3,
  // A test that hangs is found late; one that only waits for its turn on a busy machine is not taken for such.
  testTimeout: 180_000,
};
