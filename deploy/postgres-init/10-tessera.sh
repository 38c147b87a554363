#!/bin/sh
# PostgreSQL's image runs this script once, for a new volume. It makes the role of the service, which owns its database and is no superuser.
set -eu
export PASSWORD_FILE="${DATABASE_PASSWORD_FILE:-/run/secrets/database-password}"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
-- psql reads the password from the file, because other processes could see an argument.
\set password `cat "$PASSWORD_FILE"`
CREATE ROLE tessera LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE tessera OWNER tessera ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE tessera FROM PUBLIC;
SQL
