"""Sides that are reached over HTTP or gRPC: ours, and the bare ones."""

import itertools
from collections.abc import Sequence
from time import monotonic

from bench import cpu
from bench.figures import Sample
from bench.house import House
from bench.load.job import Outcome
from bench.load.run import run_load
from bench.model import Broken, Side
from bench.servers.ours import Ours
from bench.servers.process import Server, free_port
from bench.world.sale import TicketType

CREATE_HOLD = "/holdfast.v1.HoldService/CreateHold"
_WARMING = 64
_numbers = itertools.count()


class Loaded(Side):
    """A server under load. `types` are what is held; nothing is, where there are none."""

    def __init__(
        self,
        title: str,
        house: House,
        server: Server,
        *,
        port: int,
        path: str,
        types: Sequence[TicketType] = (),
        protocol: str = "http",
    ) -> None:
        self.title = title
        self.house = house
        self.server = server
        self._load = (protocol, port, path, types)

    async def open(self) -> None:
        await self.server.start()

    async def close(self) -> None:
        await self.server.stop()

    async def measure(self, connections: int, seconds: float) -> Sample:
        outcome, used = await self._run(connections, seconds)
        return sample(outcome, used)

    async def _run(
        self, connections: int, seconds: float, first: int | None = None
    ) -> tuple[Outcome, float]:
        """And the processor seconds of server and database meanwhile. Raises Broken."""
        protocol, port, path, types = self._load
        job = self.house.job(
            protocol, port, path, types, connections=connections, seconds=seconds, first=first
        )
        before = cpu.look()
        outcome = await run_load(job, self.house.generator)
        roots = (self.server.pid, self.house.cluster.postmaster())
        used = cpu.seconds_of(roots, before, cpu.look())
        self.server.check()
        return outcome, used


class Bare(Loaded):
    """A process of ours that does nothing, on the same server."""

    def __init__(
        self,
        title: str,
        house: House,
        module: str,
        path: str,
        *,
        types: Sequence[TicketType] = (),
        workers: int | None = 1,
        protocol: str = "http",
    ) -> None:
        port = free_port()
        arguments = ["-m", module, str(port), *([] if workers is None else [str(workers)])]
        server = Server(f"bare-{next(_numbers)}", arguments, {}, folder=house.folder, ports=[port])
        super().__init__(title, house, server, port=port, path=path, types=types, protocol=protocol)


class OurSide(Loaded):
    """Holdfast under load that changes nothing."""

    def __init__(
        self,
        title: str,
        house: House,
        ours: Ours,
        path: str,
        *,
        types: Sequence[TicketType] = (),
        protocol: str = "http",
    ) -> None:
        port = ours.grpc if protocol == "grpc" else ours.rest
        super().__init__(
            title, house, ours.server, port=port, path=path, types=types, protocol=protocol
        )
        self.ours = ours

    async def open(self) -> None:
        """Started by the first side that needs it; the house stops it."""
        if self.server.is_running:
            await self._run(_WARMING, 1)
        else:
            await self.ours.start()
            await self._warm()

    async def _warm(self) -> None:
        """Every buyer comes once before, as who holds has looked before: the first use of a token
        costs a signature, and whoever measures that measures Ed25519."""
        workers = self.ours.kind.workers
        wanted = len(self.house.sale.tokens) * (1 if workers == 1 else 2 * workers)
        came, until = 0, monotonic() + self.house.plan.longest_warming
        while came < wanted and monotonic() < until:
            outcome, _ = await self._run(_WARMING, self.house.plan.warm_seconds, first=came)
            came += outcome.done

    async def close(self) -> None:
        """The house does."""


class OurHolds(OurSide):
    """Holdfast under load of holds, whose units are counted each time."""

    def __init__(
        self,
        title: str,
        house: House,
        ours: Ours,
        *,
        types: Sequence[TicketType] = (),
        protocol: str = "http",
    ) -> None:
        path = CREATE_HOLD if protocol == "grpc" else "/api/v1/holds"
        wanted = types or (house.sale.hot,)
        super().__init__(title, house, ours, path, types=wanted, protocol=protocol)
        self._event = wanted[0].event_id

    async def _run(
        self, connections: int, seconds: float, first: int | None = None
    ) -> tuple[Outcome, float]:
        ledger = await self.house.ledger(self.ours.kind.database, self._event)
        outcome, used = await super()._run(connections, seconds, first)
        await ledger.add(self.title, answered=outcome.granted, in_flight=connections)
        return outcome, used


def sample(outcome: Outcome, used: float) -> Sample:
    """Raises Broken where nothing was done."""
    if outcome.granted < 1:
        raise Broken(f"nothing was granted: {outcome}")
    return Sample(
        rate=outcome.rate,
        p50=outcome.p50,
        p99=outcome.p99,
        cpu_us=used / outcome.granted * 1e6,
        errors=outcome.refused + outcome.broken,
    )
