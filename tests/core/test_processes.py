"""Several processes on the same ports: who answers, who replaces the dead, and how all end."""

import asyncio
import os
import re
import signal
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AsyncExitStack,
    aclosing,
    asynccontextmanager,
    contextmanager,
)
from pathlib import Path

import asyncpg
import grpc
import httpx2
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from demo.instance import ALL_FROM_HERE, Addresses, Instance, InstanceError
from demo.rest_shop import RestShop
from demo.shop import Account, Offer, Unanswered
from demo.stage import open_accounts, open_sale
from domain.stock import SoldOut
from infrastructure.postgres.audit import audit
from shared.errors import AppError, Code
from tests.core.proc import children, connections, is_alive, listens
from tests.core.watching import (
    at_both,
    available,
    events,
    soon,
    until,
    updates,
    wait_for,
    web_socket,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

_SETTINGS = {
    "WEB__WORKERS": "2",
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "HOLDS__MAX_PER_TEN_MINUTES": "1000",
    "LIVE__MOST_PER_CALLER": "100",
    **ALL_FROM_HERE,
}
_HELD = """
    SELECT s.held, s.capacity, (SELECT count(*) FROM holds h
                                WHERE h.event_id = s.event_id AND h.state = 'ACTIVE') AS holds
    FROM stock s WHERE s.event_id = $1
"""


class House:
    """A supervisor and what it started."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.addresses: Addresses = instance.start()
        process = instance._process
        assert process is not None
        self.process = process
        self.rest_port = int(self.addresses.rest_url.rpartition(":")[2])
        self.grpc_port = int(self.addresses.grpc_target.rpartition(":")[2])

    def web(self) -> list[int]:
        """The members that listen on both ports now."""
        return [
            pid
            for pid, command in children(self.process.pid).items()
            if "--member rest grpc" in command
            and listens(pid, self.rest_port)
            and listens(pid, self.grpc_port)
        ]

    def others(self) -> list[int]:
        """The member that works in the background, and the server."""
        return [
            pid
            for pid, command in children(self.process.pid).items()
            if "--member rest" not in command
        ]


@contextmanager
def opened() -> Iterator[House]:
    # Its server may still be writing there when it is killed.
    with tempfile.TemporaryDirectory(
        prefix="holdfast-processes-", ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)  # root's embedded server runs as another user
        instance = Instance(Path(folder), _SETTINGS)
        try:
            yield House(instance)
        finally:
            instance.kill()


@pytest.fixture(scope="module")
def shared() -> Iterator[House]:
    """For tests after which it goes on."""
    with opened() as house:
        yield house


@pytest.fixture
def house() -> Iterator[House]:
    """For tests that end it."""
    with opened() as house:
        yield house


@asynccontextmanager
async def shops(house: House, number: int) -> AsyncIterator[list[RestShop]]:
    """Each has connections of its own."""
    opened = [RestShop(house.addresses.rest_url) for _ in range(number)]
    try:
        yield opened
    finally:
        for shop in opened:
            await shop.aclose()


async def buy_up(shop: RestShop, account: Account, offer: Offer, got: set[str]) -> int:
    """Holds one after the other until there are none; how often no answer came. Who got none asks
    again with the same key: it is the same hold."""
    unanswered = 0
    key = uuid.uuid4().hex
    while True:
        try:
            got.add(await shop.hold(account, offer, 1, key=key))
        except Unanswered:
            unanswered += 1
            await asyncio.sleep(0.02)
            continue
        except SoldOut:
            return unanswered
        except AppError as refusal:
            if refusal.code not in (Code.UNAVAILABLE, Code.ABORTED):
                raise
            await asyncio.sleep(0.02)  # what the killed one had begun is not over yet
            continue
        key = uuid.uuid4().hex


def test_two_processes_answer_on_one_address(shared: House) -> None:
    first, second = shared.web()
    clients = [httpx2.Client(trust_env=False, timeout=60) for _ in range(32)]
    for client in clients:
        assert client.get(f"{shared.addresses.rest_url}/health").status_code == 200
    shares = [connections(pid, shared.rest_port) for pid in (first, second)]
    for client in clients:
        client.close()
    assert sum(shares) == 32
    assert min(shares) >= 4, shares

    channels = [
        grpc.insecure_channel(
            shared.addresses.grpc_target, options=[("grpc.use_local_subchannel_pool", 1)]
        )
        for _ in range(32)
    ]
    for channel in channels:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )
        assert check(HealthCheckRequest(), timeout=60).status == HealthCheckResponse.SERVING
    shares = [connections(pid, shared.grpc_port) for pid in (first, second)]
    for channel in channels:
        channel.close()
    assert sum(shares) == 32
    assert min(shares) >= 4, shares


async def test_a_killed_process_is_replaced_and_no_unit_is_lost(shared: House) -> None:
    """Both write the same row all the time; one of them is killed in the middle."""
    async with shops(shared, 8) as fronts:
        accounts = await open_accounts(fronts[0], 8, lambda: None)
        offer = await open_sale(shared.addresses.rest_url, accounts[0], 400)
        got: set[str] = set()
        victim, survivor = shared.web()
        crowd = [
            asyncio.create_task(buy_up(shop, account, offer, got))
            for shop, account in zip(fronts, accounts, strict=True)
            for _ in range(4)
        ]
        while len(got) < 100:
            await asyncio.sleep(0.005)
        assert not any(task.done() for task in crowd)
        # What it answered arrives, and whoever is its customer asks it again: that is not answered.
        os.kill(victim, signal.SIGSTOP)
        await asyncio.sleep(0.05)
        os.kill(victim, signal.SIGKILL)
        unanswered = sum(await asyncio.gather(*crowd))
    assert unanswered > 0, "nobody noticed the kill"

    connection = await asyncpg.connect(shared.addresses.database_url)
    try:
        row = await connection.fetchrow(_HELD, uuid.UUID(offer.event_id))
        assert row is not None
        assert tuple(row) == (400, 400, 400)
        assert len(got) == 400
        assert await audit(connection) == []
    finally:
        await connection.close()

    await asyncio.to_thread(wait_for, lambda: len(shared.web()) == 2)
    assert survivor in shared.web() and victim not in shared.web()
    assert "a process ended by itself and is started again" in shared.instance.said(10**6)


def test_whoever_is_asked_tells_the_figures_of_all(shared: House) -> None:
    """The one that works in the background too, and without what a killed one had under way."""

    def figures() -> str:
        time.sleep(1.1)  # a page is good for a second
        with httpx2.Client(trust_env=False, timeout=60) as client:
            return client.get(f"{shared.addresses.rest_url}/metrics").text

    def refused() -> int:
        found = re.search(
            r'holdfast_operation_seconds_count\{code="UNAUTHENTICATED",face="rest",'
            r'operation="ListOrders"\} (\d+)',
            figures(),
        )
        return int(found[1]) if found else 0

    before = refused()
    for _ in range(32):
        with httpx2.Client(trust_env=False, timeout=60) as client:
            answer = client.get(f"{shared.addresses.rest_url}/api/v1/orders")
        assert answer.status_code == 401
    wait_for(lambda: refused() == before + 32)
    wait_for(lambda: "holdfast_processes 3.0" in figures())
    assert "holdfast_provider_available{" in figures()
    victim = shared.web()[0]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: not is_alive(victim) and len(shared.web()) == 2)
    wait_for(lambda: "holdfast_processes 3.0" in figures())
    assert refused() == before + 32


def test_all_drain(house: House) -> None:
    everybody = [house.process.pid, *house.web(), *house.others()]
    assert len(everybody) == 5  # supervisor, two that serve, one that works, the server
    house.process.send_signal(signal.SIGTERM)
    assert house.process.wait(60) == 0
    assert not any(map(is_alive, everybody))
    assert "killed" not in house.instance.said(10**6)


def test_nothing_outlives_a_killed_supervisor(house: House) -> None:
    everybody = [*house.web(), *house.others()]
    assert len(everybody) == 4
    house.process.kill()
    house.process.wait()
    wait_for(lambda: not any(map(is_alive, everybody)))


def test_a_second_signal_ends_everything_at_once(house: House) -> None:
    """While a request is on its way, and would be waited for."""
    everybody = [*house.web(), *house.others()]
    with socket.create_connection(("127.0.0.1", house.rest_port)) as wire:
        wire.sendall(
            b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50\r\nExpect: 100-continue\r\n\r\n"
        )
        assert wire.recv(12) == b"HTTP/1.1 100", "it waits for the body"
        house.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not house.web())
        assert house.process.poll() is None
        house.process.send_signal(signal.SIGTERM)
        assert house.process.wait(60) == -signal.SIGINT
    wait_for(lambda: not any(map(is_alive, everybody)))


def test_who_cannot_be_kept_running_ends_all(house: House) -> None:
    """Five quick ends in a row of one post: starting it again is no help."""
    ended: set[int] = set()

    def kill_the_worker() -> bool:
        for pid, command in children(house.process.pid).items():
            if command.rstrip().endswith("--member") and pid not in ended:
                os.kill(pid, signal.SIGKILL)
                ended.add(pid)
        return house.process.poll() is not None

    wait_for(kill_the_worker)
    assert house.process.returncode == 1
    assert len(ended) == 5
    said = house.instance.said(10**6)
    assert "Holdfast cannot go on: process 'work' ended 5 times in a row" in said


def test_a_port_that_others_share_is_in_use(shared: House, tmp_path: Path) -> None:
    """Two supervisors on one port would take each other's customers, and no bind would fail."""
    tmp_path.chmod(0o755)
    for name, port in (("REST__PORT", shared.rest_port), ("GRPC__PORT", shared.grpc_port)):
        second = Instance(tmp_path, {**_SETTINGS, name: str(port)})
        with pytest.raises(InstanceError, match=rf"127.0.0.1:{port} is in use; .* {name}"):
            second.start()


async def test_what_one_process_does_is_seen_by_who_watches_at_the_other(shared: House) -> None:
    rest, rpc = shared.addresses.rest_url, shared.addresses.grpc_target
    async with AsyncExitStack() as stack, shops(shared, 1) as (shop,):
        [ada] = await open_accounts(shop, 1, lambda: None)
        offer, token = await open_sale(rest, ada, 10), ada.token
        await shop.aclose()  # whose connection is no watcher
        url = f"{rest}/api/v1/events/{offer.event_id}/availability/live"
        left = await at_both(stack, shared.web, shared.rest_port, lambda: events(url, token))
        left.append(await stack.enter_async_context(web_socket(url, token)))
        for each in left:
            assert (await soon(each))["ticket_types"][0]["available"] == 10
        other = await stack.enter_async_context(aclosing(RestShop(rest)))
        hold = await other.hold(ada, offer, 1, key=uuid.uuid4().hex)
        for each in left:
            await until(each, lambda said: available(said) == 9)
        order = await other.order(ada, hold, key=uuid.uuid4().hex)
        told = await at_both(
            stack, shared.web, shared.grpc_port, lambda: updates(rpc, order, token)
        )
        await other.cancel(ada, order, key=uuid.uuid4().hex)
        for each in told:
            while not (update := await soon(each)).final:
                pass
            assert update.order.state == "CANCELLED"
