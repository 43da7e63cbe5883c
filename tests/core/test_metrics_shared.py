"""Several processes share their figures: whichever is asked tells those of all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.metrics_folder import VARIABLE, forget_gauges, is_shared, shared_folder

_MEMBER = """
import asyncio, os
from application.messages import Context
from core.metrics import Metrics, Vitals
from core.metrics_page import told_to_others

async def main():
    metrics = Metrics(frozenset({"stripe"}))
    metrics.watch(Vitals(in_flight=lambda: 2))
    metrics.provider_available("stripe", True, os.environ["AVAILABLE"] == "1")
    async with told_to_others(metrics, every=60):
        for _ in range(5):
            metrics.completed("GetHold", Context.system("id"), 0.004)
        metrics.webhook_refused("stripe", "OLD")

asyncio.run(main())
print(os.getpid())
"""
_PAGE = """
import asyncio
from application.ports.backlog import Backlogs
from core.metrics import Metrics
from core.metrics_page import MetricsPage
from shared.errors import DatabaseUnavailable

class Away(Backlogs):
    async def look(self):
        raise DatabaseUnavailable()

async def main():
    print((await MetricsPage(Metrics(frozenset()), Away())()).decode())

asyncio.run(main())
"""
ROOT = Path(__file__).parents[2]


def start(script: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return said


def test_a_scrape_at_one_tells_of_all(tmp_path: Path) -> None:
    with shared_folder(tmp_path / "metrics"):
        members = [start(_MEMBER, AVAILABLE=available) for available in "10"]
        pids = [int(output(member)) for member in members]
        page = output(start(_PAGE))
        labels = '{code="OK",face="system",operation="GetHold"}'
        assert f"holdfast_operation_seconds_count{labels} 10.0" in page
        assert 'holdfast_webhooks_refused_total{provider="stripe",reason="OLD"} 2.0' in page
        assert "holdfast_calls_in_flight 4.0" in page
        assert "holdfast_processes 3.0" in page  # and the one that was asked
        assert 'holdfast_provider_available{mode="live",provider="stripe"} 0.0' in page
        for pid in pids:
            forget_gauges(pid)
        after = output(start(_PAGE))
        assert f"holdfast_operation_seconds_count{labels} 10.0" in after
        assert "holdfast_calls_in_flight 0.0" in after
        assert 'holdfast_provider_available{mode="live"' not in after


def test_the_folder_is_of_one_life(tmp_path: Path) -> None:
    gone = tmp_path / "4194999"  # beyond what Linux gives
    gone.mkdir()
    neighbour = tmp_path / str(os.getppid())
    neighbour.mkdir()
    assert not is_shared()
    with shared_folder(tmp_path) as folder:
        assert is_shared() and os.environ[VARIABLE] == str(folder)
        assert folder.is_dir() and neighbour.is_dir() and not gone.exists()
    assert not is_shared() and not folder.exists()


def test_nobody_who_shares_nothing_forgets_anything() -> None:
    forget_gauges(os.getpid())
    assert not is_shared()


@pytest.mark.parametrize("works", [True, False])
def test_an_error_leaves_no_folder(tmp_path: Path, works: bool) -> None:
    with pytest.raises(SystemExit), shared_folder(tmp_path) as folder:
        raise SystemExit(0 if works else 1)
    assert not folder.exists()
