"""The members of a supervisor: processes with a post each, which is never vacant for long."""

import asyncio
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from application.services import EVERYTHING, Service
from core.database import DatabaseAddress
from core.errors import StartError
from core.life import GRACE
from core.link import MEMBER, Brief, Report, Upstream
from core.metrics_folder import forget_gauges
from core.process import Process

_log = structlog.get_logger("holdfast.supervisor")

_QUICK = 10.0
"""Seconds. Who has served for less has ended quickly."""
_QUICK_ENDS = 5
"""So many in a row, and starting it again is no help."""
_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_PATIENCE = GRACE + 2.0
"""Seconds that members get to drain, before they are killed: with the database below ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What one member does; see core.serve.Duties."""

    name: str
    rest_port: int | None = None
    grpc_port: int | None = None
    metrics_port: int | None = None
    works: bool = False
    services: frozenset[Service] = EVERYTHING
    host: str | None = None
    front: str | None = None
    inventory: str | None = None
    inventory_listen: str | None = None
    fronts: bool = False
    """Passes on to the others what is theirs, and is told last where they are."""

    @property
    def faces(self) -> tuple[str, ...]:
        """What it will need, so that it can import it before it knows more."""
        ports = (("rest", self.rest_port), ("grpc", self.grpc_port))
        faces = tuple(face for face, port in ports if port is not None)
        return (*faces, "front") if self.fronts else faces

    @property
    def arguments(self) -> tuple[str, ...]:
        """Of its process; one sees there which it is."""
        return (*self.faces, self.name) if self.services != EVERYTHING else self.faces


class Crew:
    """`start` the processes, `brief` them when there is a database, `stop` them in the end."""

    def __init__(self, posts: Sequence[Post], *, processes: int, rest_url: str) -> None:
        """`processes` is how many of them serve on the same ports."""
        self._posts = posts
        self._processes = processes
        self._rest_url = rest_url
        self._running: dict[Post, Process] = {}
        self._reports: dict[Post, Report] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._failure: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """They import what they need, all at the same time, and wait."""
        for post in self._posts:
            self._running[post] = await Process.start(MEMBER, *post.arguments)

    async def brief(self, address: DatabaseAddress) -> Report:
        """The first member prepares the database, then the others serve it too; from now on each is
        started again when it ends. Answers the first one's report. Raises StartError."""
        first, *others = self._posts
        report = await self._brief(first, address, prepares=True)
        for fronts in (False, True):
            later = [post for post in others if post.fronts is fronts]
            await asyncio.gather(*(self._brief(post, address) for post in later))
        self._keepers = [asyncio.create_task(self._keep(post, address)) for post in self._posts]
        return report

    def report_of(self, post: Post) -> Report:
        """What it said when it last began to serve. Raises KeyError if it never did."""
        return self._reports[post]

    async def failed(self) -> str:
        """Waits until a member cannot be kept running; says which and why."""
        return await asyncio.shield(self._failure)

    async def stop(self) -> None:
        """All drain at the same time; who is late is killed. More than once does no harm."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers = []
        running, self._running = list(self._running.values()), {}
        for process in running:
            process.send(signal.SIGTERM)
        if running:
            ends = [asyncio.ensure_future(process.ended()) for process in running]
            _, late = await asyncio.wait(ends, timeout=_PATIENCE)
            for process in running:
                process.send(signal.SIGKILL)
            if late:
                _log.warning("processes were killed: they did not drain in time", number=len(late))
                await asyncio.wait(late)

    async def _keep(self, post: Post, address: DatabaseAddress) -> None:
        quick = 0
        while True:
            process = self._running[post]
            status = await process.ended()
            forget_gauges(process.pid)
            quick = quick + 1 if process.served() < _QUICK else 0
            if quick >= _QUICK_ENDS:
                self._give_up(
                    f"process '{post.name}' ended {_QUICK_ENDS} times in a row after less "
                    f"than {_QUICK:g} s of service, at last with status {status}"
                )
                return
            pause = min(_PAUSE * 2**quick, _LONGEST_PAUSE)
            _log.error(
                "a process ended by itself and is started again",
                process=post.name,
                pid=process.pid,
                status=status,
                seconds=pause,
            )
            await asyncio.sleep(pause)
            try:
                self._running[post] = await Process.start(MEMBER, *post.arguments)
            except OSError as error:  # no process can be started any more
                self._give_up(f"process '{post.name}' cannot be started again: {error}")
                return
            try:
                await self._brief(post, address)
            except StartError as error:
                _log.error("a process cannot start", process=post.name, problem=str(error))

    async def _brief(
        self, post: Post, address: DatabaseAddress, *, prepares: bool = False
    ) -> Report:
        process = self._running[post]
        report = await process.ask(
            Brief(
                name=post.name,
                rest_port=post.rest_port,
                rest_url=self._rest_url,
                grpc_port=post.grpc_port,
                metrics_port=post.metrics_port,
                works=post.works,
                prepares=prepares,
                processes=self._processes,
                services=post.services,
                host=post.host,
                front=post.front,
                inventory=post.inventory,
                inventory_listen=post.inventory_listen,
                upstreams=tuple(self._upstreams()) if post.fronts else (),
                url=address.url,
                owner_url=address.owner_url,
            )
        )
        if report is None:
            status = await process.ended()
            raise StartError(f"its process '{post.name}' ended with status {status}")
        if report.problem is not None:
            raise StartError(report.problem)
        self._reports[post] = report
        _log.info("a process serves", process=post.name, pid=process.pid)
        return report

    def _upstreams(self) -> Iterator[Upstream]:
        for post, report in self._reports.items():
            if post.rest_port is not None and post.grpc_port is not None and not post.fronts:
                yield Upstream(
                    name=post.name,
                    host=post.host or "127.0.0.1",
                    rest_port=post.rest_port,
                    grpc_port=post.grpc_port,
                    paths=report.paths,
                    operations=report.operations,
                )

    def _give_up(self, reason: str) -> None:
        if not self._failure.done():
            self._failure.set_result(reason)
