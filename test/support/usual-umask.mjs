/**
 * Runs before each test file. What loads settings or starts a service in the process of the tests closes new files to other users, and files
 * for PostgreSQL and PgBouncer, which run as other users, may be made there afterwards.
 */
process.umask(0o022);
