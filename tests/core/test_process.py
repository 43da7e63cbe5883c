"""The entry points as processes: what they print, how they end, and when they refuse to start."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx2
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from core.seed import BUYER_EMAIL, DEMO_PASSWORD
from demo.instance import Addresses, Instance
from tests.core.proc import is_served
from tests.core.watching import wait_for

ROOT = Path(__file__).resolve().parents[2]
KEY = "kdjfkj39487dkfjh_dkjfh39487kdjfhsE"


def run(entry: str, tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """To its end, which these cases reach by themselves."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, str(ROOT / entry)],
        cwd=tmp_path,
        env={**kept, "DATA_DIR": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, Addresses]]:
    ours = Instance(tmp_path_factory.mktemp("instance"))
    addresses = ours.start()
    yield ours, addresses
    ours.kill()


def events_on_sale(rest_url: str) -> list[dict[str, object]]:
    """As the demo buyer sees them."""
    with httpx2.Client(base_url=f"{rest_url}/api/v1", trust_env=False, timeout=60) as client:
        body = {"email": BUYER_EMAIL, "password": DEMO_PASSWORD}
        token = client.post("/auth/login", json=body).json()["access_token"]
        reply = client.get("/events", headers={"Authorization": f"Bearer {token}"})
    items: list[dict[str, object]] = reply.json()["items"]
    return items


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("main.py", None),
        ("main.py", ""),
        ("main.py", "tiny-key-1"),
        ("main.py", "changeme-changeme-changeme-changeme"),
        ("grpc_main.py", None),
        ("worker_main.py", None),
    ],
)
def test_no_process_starts_without_a_strong_key(
    entry: str, key: str | None, tmp_path: Path
) -> None:
    settings = {"DATABASE__URL": "postgresql://u:p@127.0.0.1:1/x"}
    if key is not None:
        settings["SECRET_KEY"] = key
    ended = run(entry, tmp_path, **settings)
    assert ended.returncode == 2
    assert "SECRET_KEY" in ended.stderr
    assert not key or key not in ended.stderr + ended.stdout


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("main.py", tmp_path, REST__PORT=str(port), GRPC__PORT="0")
    assert ended.returncode == 1
    assert f"127.0.0.1:{port} is in use; choose another with REST__PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_empty_embedded_database_has_a_demo_to_buy_from(
    instance: tuple[Instance, Addresses],
) -> None:
    ours, addresses = instance
    (event,) = events_on_sale(addresses.rest_url)
    assert event["state"] == "ON_SALE"
    assert str(event["id"]) in ours.said(10**6), "the printed curl line names the event"


def test_both_faces_say_they_are_ready(instance: tuple[Instance, Addresses]) -> None:
    _, addresses = instance
    with httpx2.Client(base_url=addresses.rest_url, trust_env=False, timeout=60) as client:
        assert client.get("/health").status_code == 200
        wait_for(lambda: client.get("/ready").status_code == 200)
    with grpc.insecure_channel(addresses.grpc_target) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )
        serving = HealthCheckResponse.SERVING
        wait_for(lambda: check(HealthCheckRequest(), timeout=60).status == serving)


def test_a_stopped_process_finishes_what_it_has_begun(tmp_path: Path) -> None:
    """SIGTERM while a request waits for its turn: it is answered, and the exit is clean."""
    ours = Instance(tmp_path)
    addresses = ours.start()
    body = json.dumps({"email": BUYER_EMAIL, "password": DEMO_PASSWORD}).encode()
    host, port = addresses.rest_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as wire:
        head = (
            f"POST /api/v1/auth/login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        wire.sendall(head.encode())
        said = wire.makefile("rb")
        assert said.readline().startswith(b"HTTP/1.1 100"), "it waits for the body"
        assert said.readline() == b"\r\n"
        wire.sendall(body[:5])
        process = ours._process
        assert process is not None
        process.terminate()
        wait_for(lambda: not is_served(int(port)))
        wire.sendall(body[5:])
        answer = said.read()
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    assert process.wait(60) == 0
    assert not is_served(int(port))


def test_a_database_with_users_is_not_seeded_again(tmp_path: Path) -> None:
    ours = Instance(tmp_path)
    before = events_on_sale(ours.start().rest_url)
    ours.stop()
    after = events_on_sale(ours.start().rest_url)
    ours.stop()
    assert after == before


def test_a_database_of_your_own_is_never_seeded(tmp_path: Path, database_url: str) -> None:
    ours = Instance(tmp_path, {"DATABASE__URL": database_url, "SECRET_KEY": KEY})
    addresses = ours.start()
    body = {"email": BUYER_EMAIL, "password": DEMO_PASSWORD}
    reply = httpx2.post(
        f"{addresses.rest_url}/api/v1/auth/login", json=body, trust_env=False, timeout=60
    )
    ours.stop()
    assert reply.status_code == 401
    assert not (tmp_path / "postgres").exists()


def test_a_process_whose_embedded_database_is_killed_ends_and_says_so(tmp_path: Path) -> None:
    """It could only refuse from then on; whoever watches it can start it again."""
    ours = Instance(tmp_path)
    ours.start()
    process = ours._process
    assert process is not None
    postmaster = (tmp_path / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0]
    os.kill(int(postmaster), signal.SIGKILL)
    assert process.wait(60) == 1
    said = ours.said(10**6)
    assert "Holdfast cannot go on: the embedded PostgreSQL ended by itself" in said
    ours.kill()
    assert events_on_sale(ours.start().rest_url) != []
    ours.stop()
