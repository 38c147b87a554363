#!/bin/sh
# PostgreSQL's image runs this once, when it makes the database server: the role of the service owns its database, and is no superuser.
set -eu
export PASSWORD_FILE="${DATABASE_PASSWORD_FILE:-/run/secrets/database-password}"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
-- Read here and not given as an argument, which other processes could see.
\set password `cat "$PASSWORD_FILE"`
CREATE ROLE tessera LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE tessera OWNER tessera ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE tessera FROM PUBLIC;
SQL
