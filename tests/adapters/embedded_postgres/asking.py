"""Asking a running server."""

import asyncpg

from infrastructure.postgres.embedded import EmbeddedPostgres


async def ask(server: EmbeddedPostgres, question: str) -> object:
    """The single value that a query answers."""
    connection = await asyncpg.connect(server.url())
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()
