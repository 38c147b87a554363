/**
 * Runs before each test file. Loading settings or starting a service in the process of the tests sets a private umask. But PostgreSQL and
 * PgBouncer run as other users and must read the files that the tests make for them. So each test file starts with the usual umask.
 */
process.umask(0o022);
