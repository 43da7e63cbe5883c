#!/bin/sh
# Run once by the image of PostgreSQL, in an empty database: the login of the services, which cannot
# change the schema (docs/security.md). The roles it may take are there before the first migration.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
    --set password="$DATABASE_APP_PASSWORD" <<'SQL'
CREATE ROLE holdfast_nobody NOLOGIN NOINHERIT;
CREATE ROLE holdfast_app NOLOGIN NOINHERIT;
CREATE ROLE holdfast_door NOLOGIN NOINHERIT;
CREATE ROLE holdfast_system NOLOGIN NOINHERIT;
CREATE ROLE holdfast_simulator NOLOGIN NOINHERIT;
CREATE ROLE shop LOGIN NOINHERIT PASSWORD :'password';
GRANT holdfast_nobody, holdfast_app, holdfast_door, holdfast_system, holdfast_simulator TO shop;
SQL
