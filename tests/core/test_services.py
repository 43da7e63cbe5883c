"""Services apart, behind one address: who answers what, what is passed on, and who is away. One
system for all of it: the tests after which others would find it changed are the last."""

import os
import re
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

import grpc
import httpx2
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from application.errors import TokenInvalid
from demo.instance import ALL_FROM_HERE, Addresses, Instance
from demo.rest_shop import RestShop
from demo.shop import Account
from demo.stage import open_sale
from grpc_app.clients.client import HoldfastClient
from grpc_app.generated.holdfast.v1.hold_pb2 import GetHoldRequest
from grpc_app.generated.holdfast.v1.order_pb2 import GetOrderRequest
from grpc_app.inventory.server import SERVICE
from grpc_app.server import SERVICES
from shared.errors import OperationUnknown, ServiceUnavailable
from tests.core.proc import children, frozen, is_alive
from tests.core.watching import (
    available,
    events,
    figures,
    soon,
    until,
    updates,
    wait_for,
    web_socket,
)
from tests.parity.test_operations import ADDRESSES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

_SETTINGS = {
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE": "0",
    "AUTH__PASSWORD_MEMORY_KIB": "8192",
    **ALL_FROM_HERE,
}
_PASSWORD = "correct horse battery"


class House:
    """Services apart, and a buyer at their door."""

    def __init__(self, instance: Instance, addresses: Addresses) -> None:
        self.instance = instance
        self.addresses = addresses
        self.client = httpx2.Client(base_url=addresses.rest_url, trust_env=False, timeout=30)
        self.email = f"{uuid.uuid4().hex}@example.com"
        person = {"email": self.email, "password": _PASSWORD}
        registered = self.client.post("/api/v1/auth/register", json={**person, "name": "Ada"})
        assert registered.status_code == 201, registered.text
        tokens = self.client.post("/api/v1/auth/login", json=person).json()
        self.token = tokens["access_token"]
        self.client.headers["Authorization"] = f"Bearer {self.token}"

    def pid(self, service: str) -> int:
        """Of the process that is this service; waits until there is one."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for pid, command in children(self.instance.pid).items():
                if command.rstrip().endswith(f"--member rest grpc {service}"):
                    return pid
            time.sleep(0.05)
        raise AssertionError(f"there is no {service}")

    def kill(self, service: str) -> None:
        pid = self.pid(service)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not is_alive(pid))

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 120
        while self.client.get("/ready").status_code != 200:
            assert time.monotonic() < deadline, self.instance.said()
            time.sleep(0.1)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # Its server may still be writing there when it is killed.
    with tempfile.TemporaryDirectory(
        prefix="holdfast-services-", ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)  # root's embedded server runs as another user
        instance = Instance(Path(folder), _SETTINGS, deployment="split")
        try:
            found = House(instance, instance.start())
            yield found
            found.client.close()
        finally:
            instance.kill()


def test_one_address_has_everything(house: House) -> None:
    document = house.client.get("/openapi.json").json()
    found = {
        operation["operationId"]: f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert {name: found.get(name) for name in ADDRESSES} == dict(ADDRESSES)
    assert house.client.get("/docs").status_code == 200
    house.wait_until_ready()
    for path in ("/health", "/ready", "/.well-known/jwks.json"):
        answer = house.client.get(path)
        assert (answer.status_code, "date" in answer.headers) == (200, True), path
        assert answer.headers["x-content-type-options"] == "nosniff"
    with grpc.insecure_channel(house.addresses.grpc_target) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )
        for name in ("", *SERVICES):
            asked, serving = HealthCheckRequest(service=name), HealthCheckResponse.SERVING
            wait_for(lambda: check(asked, timeout=60).status == serving)


def test_each_service_has_its_own(house: House) -> None:
    """Asked past the front, a service does not know what others serve."""
    own = {
        "catalog": "/api/v1/events",
        "orders": "/api/v1/orders",
        "identity": "/api/v1/users/me",
    }
    assert {house.client.get(path).status_code for path in own.values()} == {200}
    for service in own:
        port = _rest_port(house.pid(service))
        url = f"http://127.0.0.1:{port}"
        with httpx2.Client(base_url=url, trust_env=False, timeout=60) as direct:
            direct.headers["Authorization"] = f"Bearer {house.token}"
            statuses = {name: direct.get(path).status_code for name, path in own.items()}
        assert statuses == {name: 200 if name == service else 404 for name in own}


def _rest_port(pid: int) -> int:
    """The one of a process's ports that speaks HTTP; the others may say nothing for ever."""
    for patience in (2, 10, 60):
        for port in _ports(pid):
            try:
                url = f"http://127.0.0.1:{port}/health"
                answer = httpx2.get(url, trust_env=False, timeout=patience)
            except httpx2.HTTPError:
                continue
            if answer.status_code == 200:
                return port
    raise AssertionError("it has no REST face")


def _ports(pid: int) -> list[int]:
    """Those it listens on."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = os.readlink(link)
        except OSError:
            continue
        if name.startswith("socket:["):
            inodes.add(name[8:-1])
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and parts[9] in inodes:
                ports.add(int(parts[1].rpartition(":")[2], 16))
    return sorted(ports)


def test_requests_keep_what_they_say(house: House) -> None:
    """Ids, unknown paths, wrong methods, odd addresses and large bodies, as in one process."""
    answer = house.client.get("/api/v1/orders", headers={"X-Request-ID": "mine-1"})
    assert answer.headers.get_list("x-request-id") == ["mine-1"]
    for path in ("/nope", "/api/v1/nope", "/api/v1/orders/", "/api/v1/holds/%2e%2e", "//"):
        assert house.client.get(path).status_code in (404, 422), path
    refused = house.client.put("/api/v1/orders")
    assert (refused.status_code, refused.json()["code"]) == (405, "OPERATION_UNKNOWN")
    large = house.client.post("/api/v1/orders", content=b"x" * 2_000_000)
    assert (large.status_code, large.json()["code"]) == (413, "REQUEST_TOO_LARGE")
    streamed = house.client.post("/api/v1/holds", content=iter([b"{", b"}"]))
    assert streamed.status_code in (400, 422), streamed.text


async def test_refusals_over_grpc_keep_their_details(house: House) -> None:
    client = HoldfastClient(house.addresses.grpc_target, token="forged")
    try:
        with pytest.raises(TokenInvalid):
            await client.holds.GetHold(GetHoldRequest(hold_id=str(uuid.uuid4())))
        async with grpc.aio.insecure_channel(house.addresses.grpc_target) as channel:
            for method in (f"/{SERVICE}/Checkout", "/holdfast.v1.HoldService/Nope"):
                call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
                call = channel.unary_unary(method)
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await call(b"", timeout=60)
                assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED, method
                assert OperationUnknown.reason in str(refused.value.trailing_metadata())
    finally:
        await client.close()


async def test_streams_pass_the_front(house: House) -> None:
    """Events, sockets and streams of gRPC, of what one service has and another changes."""
    rest, rpc, token = house.addresses.rest_url, house.addresses.grpc_target, house.token
    account = Account(email=house.email, token=token)
    offer = await open_sale(rest, account, 10)
    availability = f"{rest}/api/v1/events/{offer.event_id}/availability/live"
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(aclosing(RestShop(rest)))
        left: list[AsyncIterator[Any]] = [
            await stack.enter_async_context(watching(availability, token))
            for watching in (events, web_socket)
        ]
        left.append(await stack.enter_async_context(figures(rpc, offer.event_id, token)))
        hold = await shop.hold(account, offer, 3, key=uuid.uuid4().hex)
        order = await shop.order(account, hold, key=uuid.uuid4().hex)
        for each in left:
            await until(each, lambda said: available(said) == 7)
        live = f"{rest}/api/v1/orders/{order}/live"
        told = [
            await stack.enter_async_context(watching(live, token))
            for watching in (events, web_socket)
        ]
        over_rpc = await stack.enter_async_context(updates(rpc, order, token))
        await shop.cancel(account, order, key=uuid.uuid4().hex)
        for each in told:
            await until(each, lambda said: said["order"]["state"] == "CANCELLED")
        await until(over_rpc, lambda said: said.order.state == "CANCELLED")
        for each in left:
            await until(each, lambda said: available(said) == 10)


def test_one_page_tells_the_figures_of_all(house: House) -> None:
    """Four that serve or work; the front has none of its own."""
    house.client.get("/api/v1/orders")
    deadline = time.monotonic() + 60
    wanted = ("holdfast_processes 4.0", 'holdfast_log_lag{reader="consumer:webhooks"}')
    while True:
        page = house.client.get("/metrics").text
        orders = re.search(r'_count\{code="OK",face="rest",operation="ListOrders"\} \d', page)
        if orders and all(figure in page for figure in wanted):
            break
        assert time.monotonic() < deadline, page
        time.sleep(0.2)


async def test_services_that_are_away_are_said_to_be(house: House) -> None:
    """On both faces, with a reason of ours; the others go on, and who watches one sees its end."""
    house.wait_until_ready()
    account = Account(email=house.email, token=house.token)
    offer = await open_sale(house.addresses.rest_url, account, 1)
    client = HoldfastClient(house.addresses.grpc_target, token=house.token)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.close)
        shop = await stack.enter_async_context(aclosing(RestShop(house.addresses.rest_url)))
        hold = await shop.hold(account, offer, 1, key=uuid.uuid4().hex)
        order = await shop.order(account, hold, key=uuid.uuid4().hex)
        live = f"{house.addresses.rest_url}/api/v1/orders/{order}/live"
        told = await stack.enter_async_context(events(live, house.token))
        over_rpc = await stack.enter_async_context(
            updates(house.addresses.grpc_target, order, house.token)
        )
        assert (await soon(told))["order"]["id"] == (await soon(over_rpc)).order.id == order

        with frozen(house.instance.pid):  # which would start them again
            house.kill("identity")
            house.kill("orders")
            answer = house.client.get("/api/v1/users/me")
            assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
            assert house.client.get("/ready").status_code == 503
            assert house.client.get("/api/v1/events").status_code == 200
            with pytest.raises(ServiceUnavailable):
                await client.orders.GetOrder(GetOrderRequest(order_id=order))
        # That the order was placed may have been told once more in between.
        with pytest.raises(httpx2.RemoteProtocolError):
            while True:
                await soon(told)
        with pytest.raises(grpc.aio.AioRpcError) as broken_off:
            while True:
                await soon(over_rpc)
        assert broken_off.value.code() is grpc.StatusCode.UNAVAILABLE
    house.wait_until_ready()


def test_all_end_together(house: House) -> None:
    house.instance.stop()
