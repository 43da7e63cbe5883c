"""What the sides of a stage share: the cluster, the sale, the servers, the load."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from bench.load.job import Generator, Job
from bench.load.wire import KEY_MARK
from bench.plan import Plan
from bench.servers.ours import Kind, Ours
from bench.world.books import Ledger
from bench.world.cluster import Cluster
from bench.world.sale import Sale, TicketType
from grpc_app.generated.holdfast.v1.hold_pb2 import CreateHoldRequest, WantedLine


@dataclass(slots=True, kw_only=True)
class House:
    """`database` is where this stage's sale takes place."""

    plan: Plan
    cluster: Cluster
    sale: Sale
    generator: Generator
    database: str
    _servers: dict[Kind, Ours] = field(default_factory=dict)
    _ledgers: dict[tuple[str, UUID], Ledger] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.cluster.folder

    def ours(self, name: str, *, database: str = "", workers: int = 1, **settings: str) -> Ours:
        """A server of this kind, the same one for all who ask. It does no background work unless
        it is the one whose name is `main`: several idle ones would disturb those measured."""
        if name != "main":
            settings.setdefault("WORKER__ENABLED", "false")
        kind = Kind(
            name=f"{self.database}-{name}",
            database=database or self.database,
            workers=workers,
            settings=tuple(sorted(settings.items())),
        )
        if kind not in self._servers:
            self._servers[kind] = Ours(kind, self.cluster, self.sale)
        return self._servers[kind]

    async def close(self) -> None:
        for server in self._servers.values():
            await server.server.stop()
        self._servers.clear()

    async def ledger(self, database: str, event_id: UUID) -> Ledger:
        """Of an event in one of the databases; opened."""
        where = (database, event_id)
        if where not in self._ledgers:
            self._ledgers[where] = Ledger(self.url(database), event_id)
        await self._ledgers[where].open()
        return self._ledgers[where]

    def url(self, database: str = "") -> str:
        return self.cluster.url(database or self.database)

    def job(
        self,
        protocol: str,
        port: int,
        path: str,
        types: Sequence[TicketType] = (),
        *,
        connections: int,
        seconds: float,
        first: int | None = None,
    ) -> Job:
        """A new load: holds of one unit of these types in turn, or a GET where there are none. It
        begins with buyer number `first`, or with any."""
        return Job(
            protocol=protocol,
            port=port,
            method="POST" if types else "GET",
            path=path,
            tokens=self._kept("tokens", self.sale.tokens),
            bodies=self._kept(
                f"bodies-{protocol}-{len(types)}-{types[0].id if types else ''}",
                [_grpc(each) if protocol == "grpc" else _json(each) for each in types],
            ),
            prefix=secrets.token_hex(4),
            connections=connections,
            seconds=seconds,
            first=secrets.randbelow(len(self.sale.tokens)) if first is None else first,
        )

    def _kept(self, name: str, lines: Sequence[str]) -> str:
        file = self.folder / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text("\n".join(lines))
        return str(file)

    @property
    def hot_event(self) -> UUID:
        return self.sale.hot.event_id


def _json(each: TicketType) -> str:
    line = {"ticket_type_id": str(each.id), "quantity": 1}
    return json.dumps({"event_id": str(each.event_id), "lines": [line]}, separators=(",", ":"))


def _grpc(each: TicketType) -> str:
    line = WantedLine(ticket_type_id=str(each.id), quantity=1)
    wanted = CreateHoldRequest(event_id=str(each.event_id), lines=[line], request_id=KEY_MARK)
    return wanted.SerializeToString().hex()
