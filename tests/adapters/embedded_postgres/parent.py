"""A process that runs an embedded server until it is killed; started by the tests.

Arguments: the data folder, and optionally a user id to become first (all modules loaded).
Prints one line once the server is up.
"""

import asyncio
import importlib
import os
import sys
from pathlib import Path

import asyncpg

from infrastructure.postgres.embedded import EmbeddedPostgres


async def main(folder: Path) -> None:
    """Start the server, commit one row, say so, and wait for the end."""
    async with EmbeddedPostgres(folder) as server:
        connection = await asyncpg.connect(server.url(), ssl=False)
        await connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
        print("up", flush=True)
        await asyncio.sleep(600)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        for module in ("concurrent.futures.thread", "encodings.idna"):
            importlib.import_module(module)  # later their files may be out of reach
        os.setgroups([])
        os.setgid(int(sys.argv[2]))
        os.setuid(int(sys.argv[2]))
    asyncio.run(main(Path(sys.argv[1])))
