export { startTessera, type TestOptions, type TestTessera, type TestUser } from './test-tessera.js';
