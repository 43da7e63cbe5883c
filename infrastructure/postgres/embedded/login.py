"""The login that the application uses: it owns nothing and may do nothing but change its role."""

import secrets
from typing import Final

import asyncpg

LOGIN: Final = "holdfast_login"

# The migrations make the same roles on servers that are not ours.
_ROLES: Final = """
    DO $$ DECLARE each text; BEGIN
        FOREACH each IN ARRAY ARRAY['holdfast_nobody', 'holdfast_app', 'holdfast_door',
                                    'holdfast_system', 'holdfast_simulator'] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = each) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', each);
            END IF;
        END LOOP;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'holdfast_login') THEN
            -- What a role may do is not this login's until it takes the role.
            CREATE ROLE holdfast_login LOGIN NOINHERIT;
        END IF;
        GRANT holdfast_nobody, holdfast_app, holdfast_door, holdfast_system, holdfast_simulator
            TO holdfast_login;
    END $$
"""


async def make_login(superuser_url: str) -> str:
    """Its password, a new one at each start: nothing on disk opens this door."""
    password = secrets.token_urlsafe(32)
    connection = await asyncpg.connect(superuser_url)
    try:
        await connection.execute(_ROLES)
        await connection.execute(f"ALTER ROLE {LOGIN} PASSWORD '{password}'")
    finally:
        await connection.close()
    return password
