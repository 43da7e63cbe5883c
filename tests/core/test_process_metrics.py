"""Figures of processes that have no REST face."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.conftest import Databases
from tests.core.test_process import ROOT, run
from tests.faces.server import SECRET

TOKEN, UP = "a-token-of-a-scraper", "holdfast_database_up 1.0"
_ADDRESS = re.compile(r"^\s*Metrics\s+(http://\S+/metrics)\s*$", re.MULTILINE)


@contextmanager
def started(entry: str, folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The address of its figures; in the end it stops as it should."""
    log = folder / f"{entry}.log"
    kept = {name: value for name, value in os.environ.items() if "__" not in name}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / entry)],
            cwd=folder,
            env={**kept, "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **settings},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 120
        while not (found := _ADDRESS.search(log.read_text())):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield found[1]
        process.terminate()
        assert process.wait(60) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("entry", "workers", "figure"),
    [
        ("worker_main.py", 1, 'holdfast_log_lag{reader="consumer:webhooks"}'),
        ("grpc_main.py", 1, "holdfast_calls_in_flight"),
        ("grpc_main.py", 2, "holdfast_processes 2.0"),
    ],
)
def test_they_have_a_port_of_their_own(
    databases: Databases, tmp_path: Path, entry: str, workers: int, figure: str
) -> None:
    url = databases.create()
    settings = {
        "DATABASE__URL": url,
        "DATABASE__MIGRATION_URL": databases.owner(url),
        "SECRET_KEY": SECRET,
        "GRPC__PORT": "0",
        "METRICS__PORT": "0",
        "METRICS__TOKEN": TOKEN,
        "WEB__WORKERS": str(workers),
    }
    try:
        with (
            started(entry, tmp_path, settings) as address,
            httpx2.Client(trust_env=False, timeout=60) as client,
        ):
            refused = client.get(address)
            assert (refused.status_code, refused.json()["code"]) == (401, "TOKEN_MISSING")
            assert client.get(address.replace("/metrics", "/health")).status_code == 404
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            deadline = time.monotonic() + 60
            while figure not in (page := client.get(address).text) or UP not in page:
                assert time.monotonic() < deadline, page
                time.sleep(0.2)
    finally:
        databases.drop(url)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("worker_main.py", tmp_path, METRICS__PORT=port)
    assert ended.returncode == 1
    assert f"127.0.0.1:{port} is in use; choose another with METRICS__PORT" in ended.stderr
