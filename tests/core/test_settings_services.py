"""SERVICES__…: what a process is, and where the rest is."""

from pathlib import Path

import pytest

from core.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def test_everything_by_default() -> None:
    found = load_settings(None).services
    assert found.serve == ("catalog", "orders", "identity", "workers")
    assert found.inventory is None and found.inventory_listen is None


def test_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICES__SERVE", "orders, identity")
    monkeypatch.setenv("SERVICES__INVENTORY", "[::1]:50100")
    found = load_settings(None).services
    assert (found.serve, found.inventory) == (("orders", "identity"), "[::1]:50100")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"SERVE": "orders"}, "SERVICES__INVENTORY must be set"),
        ({"SERVE": ""}, "SERVICES__SERVE"),
        ({"SERVE": "kitchen"}, "SERVICES__SERVE"),
        ({"INVENTORY": "nowhere"}, "SERVICES__INVENTORY: must be host:port"),
        ({"SERVE": "orders", "INVENTORY": "http://a:1"}, "SERVICES__INVENTORY: must be host:port"),
        (
            {"SERVE": "identity", "INVENTORY_LISTEN": "a:1"},
            "SERVICES__INVENTORY_LISTEN is for a process that serves catalog",
        ),
    ],
)
def test_what_cannot_be(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], named: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"SERVICES__{name}", value)
    with pytest.raises(SettingsError, match=named):
        load_settings(None)
