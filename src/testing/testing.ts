/**
 * The service for the tests of a team's modules.
 * @packageDocumentation
 */
export { policyFaults } from './policy-faults.js';
export type { TestClock, TestDuration } from './test-clock.js';
export { startTessera, type TestOptions, type TestTessera, type TestUser } from './test-tessera.js';
