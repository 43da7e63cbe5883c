"""The supervisor: starts the server, knows when it is ready, and stops it."""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

from infrastructure.postgres.embedded.account import Account, server_account
from infrastructure.postgres.embedded.child import Child
from infrastructure.postgres.embedded.cluster import (
    SUPERUSER,
    check_version,
    cluster_password,
    create_cluster,
    working_folder,
    write_private,
)
from infrastructure.postgres.embedded.errors import EmbeddedPostgresError
from infrastructure.postgres.embedded.locks import Lock, is_ready, wait_for_old_server
from infrastructure.postgres.embedded.login import LOGIN, make_login
from infrastructure.postgres.embedded.programs import programs

_logger = logging.getLogger(__name__)

_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        # What the server itself has to say; a statement's error goes to its caller.
        "log_min_messages": "log",
        "log_checkpoints": "off",
    }
)
_PORT_TAKEN: Final = "could not create any TCP/IP sockets"
_PATIENCE: Final = 0.5  # seconds, for a supervisor that was killed a moment ago
_LOG_LIMIT: Final = 4 * 1024 * 1024  # bytes, looked at when the server starts


class EmbeddedPostgres:
    """A PostgreSQL server of our own: ``async with EmbeddedPostgres(folder) as server``.

    In ``data_dir`` it keeps ``cluster/``, ``password``, ``port`` and ``server.log``. It
    listens on the loopback address by TCP, so that any client can be pointed at it (a socket
    file's path may hold 107 bytes and must be reachable), and asks for the password, so that
    other users of the machine stay out. The port is a free one, kept from run to run while
    it stays free, unless ``port`` fixes it. ``settings`` add to the server's and override
    them. Run by root, the server belongs to the owner of the data, at first ``user``.

    The server never outlives this process on Linux. Elsewhere it survives a SIGKILL of this
    process and is stopped by the next start.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
        user: str = "nobody",
        start_timeout: float = 60.0,
        stop_timeout: float = 5.0,
    ) -> None:
        """Times in seconds; starting includes the recovery after a crash. Nothing runs yet."""
        self._folder = data_dir.resolve()
        self._cluster = self._folder / "cluster"
        self._log = self._folder / "server.log"
        self._fixed_port = port
        self._settings = {**_SETTINGS, **settings}
        self._user = user
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._locks: list[Lock] = []
        self._server: Child | None = None
        self._address = ""
        self._login_address = ""

    def url(self, database: str = "postgres") -> str:
        """``postgresql://`` address of a database of the running server, for its superuser."""
        return f"{self._address}/{database}"

    def login_url(self, database: str = "postgres") -> str:
        """The same for the application, which owns nothing; good until the server stops."""
        return f"{self._login_address}/{database}"

    async def ended(self) -> str:
        """Waits until the server ends without having been asked to; says how and what to do."""
        server = self._server
        if server is None:
            raise RuntimeError("the server is not running")
        status = await asyncio.shield(asyncio.wrap_future(server.exited))
        return (
            f"the embedded PostgreSQL ended by itself (status {status}, see {self._log}). "
            "Everything acknowledged is on disk: start again"
        )

    async def __aenter__(self) -> Self:
        """Start the server; the first time in ``data_dir``, make its cluster before.

        Raises ``EmbeddedPostgresError`` if another process uses the folder, the data is not
        this version's or not ours, or the server does not come up.
        """
        try:
            await self._start()
        except OSError as error:
            await self._release()
            raise EmbeddedPostgresError(
                f"cannot run PostgreSQL in {self._folder}: {error}"
            ) from error
        except BaseException:
            await self._release()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server: its clients are disconnected, what they committed is on disk."""
        await self._release()

    async def _start(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours, servers = Lock(self._folder / "supervisor.lock"), Lock(self._folder / "server.lock")
        self._locks = [ours, servers]
        if not await ours.take(_PATIENCE):
            raise EmbeddedPostgresError(
                f"{self._folder} is in use by process {ours.holder()}: stop that one, or choose "
                "another DATA_DIR"
            )
        await wait_for_old_server(servers, self._cluster, self._start_timeout)

        account = server_account(self._cluster, self._user)
        installed = await asyncio.to_thread(programs, account)
        password = cluster_password(self._folder / "password", self._cluster)
        if not self._cluster.exists():
            await asyncio.to_thread(
                create_cluster, self._cluster, password, installed, account, servers.fd
            )
        check_version(self._cluster, installed)

        command = [installed.postgres, "-D", working_folder(self._cluster, account)]
        command += [f"--{name}={value}" for name, value in self._settings.items()]
        said = ""
        for port in self._ports():
            said = await self._launch([*command, f"--port={port}"], account, servers.fd)
            if not said:
                self._keep_port(port)
                self._address = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}"
                login = await make_login(self.url())
                self._login_address = f"postgresql://{LOGIN}:{login}@127.0.0.1:{port}"
                return
            if _PORT_TAKEN not in said:
                break
        raise EmbeddedPostgresError(f"PostgreSQL did not start in {self._folder}:\n{said}")

    async def _launch(self, command: Sequence[str], account: Account | None, keep: int) -> str:
        """Start the server. Empty once it accepts connections; what it said if it ended."""
        if self._log.exists() and self._log.stat().st_size > _LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        with open(self._log, "ab", opener=_private) as log:
            already = log.tell()
            server = Child(command, cwd=self._cluster, account=account, log=log.fileno(), keep=keep)
        self._server = server
        deadline = time.monotonic() + self._start_timeout
        while not server.exited.done():
            if is_ready(self._cluster, server.pid):
                server.exited.add_done_callback(self._report)
                return ""
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL is not ready after {self._start_timeout:g} s: see {self._log}"
                )
            await asyncio.sleep(0.002)
        self._server = None
        with self._log.open("rb") as log:
            log.seek(already)
            return log.read().decode(errors="replace") or f"status {server.exited.result()}"

    def _ports(self) -> Iterator[int]:
        if self._fixed_port is not None:
            yield self._fixed_port
            return
        if (kept := self._folder / "port").exists():
            yield int(kept.read_text())
        for _ in range(3):
            yield _free_port()

    def _keep_port(self, port: int) -> None:
        kept = self._folder / "port"
        if not kept.exists() or kept.read_text() != str(port):
            write_private(kept, str(port))

    def _report(self, exited: Future[int]) -> None:
        if self._server is not None:  # nobody asked it to stop
            _logger.error(
                "the embedded PostgreSQL ended with status %s: see %s", exited.result(), self._log
            )

    async def _release(self) -> None:
        server, self._server = self._server, None
        try:
            if server is not None:
                await self._stop(server)
        finally:
            while self._locks:
                self._locks.pop().close()

    async def _stop(self, server: Child) -> None:
        # Fast: end the sessions, write a checkpoint. Immediate: recover at the next start.
        for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            server.send(request)
            waiting = asyncio.wrap_future(server.exited)
            await asyncio.wait({waiting}, timeout=self._stop_timeout)
            if waiting.done():
                return
        raise EmbeddedPostgresError(f"PostgreSQL (process {server.pid}) does not stop")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
