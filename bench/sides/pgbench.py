"""pgbench: how fast PostgreSQL itself does the durable work of a hold.

On copies of the real tables, with their indexes and without row security. One statement takes the
unit, inserts the hold, its idempotency key and its fact; what buyers may hold is not even asked.
"""

import asyncio
import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from bench import cpu
from bench.figures import Sample, percentile
from bench.house import House
from bench.model import Broken, Missing, Side
from bench.world.rows import fact_columns, hold_columns, insert, key_columns
from infrastructure.postgres.embedded.programs import programs

TABLES = ("stock", "holds", "idempotency_keys", "outbox")
_POOL = "00000000-0000-7000-8000-000000000001"
_DONE = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")


def find_pgbench() -> str:
    """Of the embedded PostgreSQL, else the system's. Raises Missing."""
    own = Path(programs(None).folder) / "bin" / "pgbench"
    found = str(own) if own.exists() else shutil.which("pgbench")
    if found is None:
        raise Missing("pgbench is neither in the wheel nor installed")
    return found


async def make_yardstick(connection: asyncpg.Connection, schema: str) -> None:
    """Empty copies of the tables, and one row of stock."""
    await connection.execute(f"CREATE SCHEMA {schema}")
    for table in TABLES:
        await connection.execute(
            f"CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING ALL)"
        )
    await connection.execute(
        f"ALTER TABLE {schema}.stock SET (fillfactor = 30)"  # LIKE does not copy it
    )
    await connection.execute(
        f"INSERT INTO {schema}.stock (pool_id, event_id, capacity, held, sold)"  # nosec B608
        f" VALUES ('{_POOL}', '{_POOL}', 1000000000, 0, 0)"
    )


async def statement(connection: asyncpg.Connection, schema: str, units: int) -> str:
    """`units` holds of one unit each in one statement."""
    holds = hold_columns(
        hold="made.hold",
        event="made.event",
        organizer="made.event",
        buyer="made.buyer",
        ticket_type="made.event",
        pool="made.event",
    )
    actor = "made.buyer::text"
    facts = fact_columns(
        fact="uuidv7()", hold="made.hold", event="made.event", buyer="made.buyer", actor=actor
    )
    numbers = "('00000000-0000-7000-9000-' || lpad(to_hex(:buyer::int + nr), 12, '0'))::uuid"
    parts = [
        f"taken AS (UPDATE {schema}.stock SET held = held + {units}"  # nosec B608: constants
        f" WHERE pool_id = '{_POOL}' AND held + sold + {units} <= capacity RETURNING pool_id)",
        f"made AS MATERIALIZED (SELECT uuidv7() AS hold, pool_id AS event, {numbers} AS buyer"
        f" FROM taken, generate_series(1, {units}) AS nr)",  # nosec B608: constants
        f"held AS ({await insert(connection, f'{schema}.holds', holds, 'FROM made')})",
    ]
    keys = key_columns(actor=actor, key="'bench-' || made.hold")
    sql = await insert(connection, f"{schema}.idempotency_keys", keys, "FROM made")
    parts.append(f"claimed AS ({sql})")
    last = await insert(connection, f"{schema}.outbox", facts, "FROM made")
    return f"WITH {', '.join(parts)} {last}"


class Pgbench(Side):
    """`units` holds with each statement."""

    def __init__(self, title: str, house: House, units: int) -> None:
        self.title = title
        self._house = house
        self._units = units
        self._schema = f"yardstick_{units}"
        self._script = house.folder / f"pgbench-{units}.sql"
        self._program = ""

    async def open(self) -> None:
        self._program = find_pgbench()
        connection = await asyncpg.connect(self._house.url())
        try:
            await make_yardstick(connection, self._schema)
            sql = await statement(connection, self._schema, self._units)
        finally:
            await connection.close()
        self._script.write_text(f"\\set buyer random(1, 1000000)\n{sql};\n")
        await self.measure(1, 1)

    async def close(self) -> None:
        """Compares what it did with what is there. Raises Broken."""
        connection = await asyncpg.connect(self._house.url())
        try:
            row = await connection.fetchrow(
                f"SELECT (SELECT held FROM {self._schema}.stock) AS units,"  # nosec B608
                f" (SELECT count(*) FROM {self._schema}.holds) AS holds,"
                f" (SELECT count(*) FROM {self._schema}.idempotency_keys) AS keys,"
                f" (SELECT count(*) FROM {self._schema}.outbox) AS facts",
                timeout=600,
            )
        finally:
            await connection.close()
        if row is None or len(set(row.values())) != 1:
            raise Broken(f"{self.title} did not do the work of a hold: {row}")

    async def measure(self, connections: int, seconds: float) -> Sample:
        for old in self._house.folder.glob("pgbench-log*"):
            old.unlink()
        where = urlsplit(self._house.url())
        command = [
            *(self._program, "-n", "-M", "prepared", "-f", str(self._script)),
            *("-c", str(connections), "-j", str(min(connections, 2)), "-T", f"{seconds:g}"),
            *("-l", f"--log-prefix={self._house.folder / 'pgbench-log'}"),
            *("-h", str(where.hostname), "-p", str(where.port), "-U", str(where.username)),
            where.path.removeprefix("/"),
        ]
        before = cpu.look()
        process = await asyncio.create_subprocess_exec(
            *command,
            env={"PGPASSWORD": where.password or "", "PATH": os.defpath},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode()
        used = cpu.seconds_of([self._house.cluster.postmaster()], before, cpu.look())
        done, failed = _DONE.search(said), _FAILED.search(said)
        if process.returncode != 0 or done is None:
            raise Broken(f"pgbench said:\n{said}")
        times = self._times()
        holds = int(done[1]) * self._units
        return Sample(
            rate=holds / seconds,
            p50=percentile(times, 0.5),
            p99=percentile(times, 0.99),
            cpu_us=used / holds * 1e6,
            errors=int(failed[1]) if failed else 0,
        )

    def _times(self) -> list[float]:
        """Milliseconds of each statement, from its logs."""
        return [
            int(line.split()[2]) / 1000
            for file in self._house.folder.glob("pgbench-log*")
            for line in file.read_text().splitlines()
        ]
