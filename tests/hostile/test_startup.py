"""A process that cannot start says why, and quotes no secret."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hostile.canaries import Canaries

_MAIN = Path(__file__).resolve().parents[2] / "main.py"


def _started(folder: Path, settings: Mapping[str, str]) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if "__" not in name}
    environment = {**kept, "DATA_DIR": str(folder / "data"), "LOGGING__LEVEL": "DEBUG", **settings}
    ended = subprocess.run(
        [sys.executable, str(_MAIN)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    """Each is, in its own way; one process says all of it."""
    made = Canaries()
    repeated = made.new("SECRET_KEY")
    settings = {
        "DATABASE__URL": f"mysql://u:{made.new('DATABASE__URL')}@127.0.0.1/x",
        "DATABASE__MIGRATION_URL": f"postgresql://u:{made.new('with a /')}/@[127.0.0.1:x/x",
        "SECRET_KEY": repeated * 2,
        "SECRET_KEY_PREVIOUS": made.new("SECRET_KEY_PREVIOUS")[:20],
        "REDIS__URL": f"http://:{made.new('REDIS__URL')}@127.0.0.1",
        "PAYMENT__SIMULATED__WEBHOOK_SECRET": made.new("webhook secret"),
        "MAIL__SMTP_PASSWORD": made.new("a password without a user"),
        "MAIL__SMTP_HOST": f"u:{made.new('a password in the host')}@127.0.0.1",
        "MAIL__SENDER": made.new("sender"),
        "MAIL__LINK_BASE": made.new("link"),
        "REST__PORT": str(made.digits("port")),
        "LOGGING__FORMAT": made.new("format"),
        "LIMITS__TRUSTED_PROXIES": made.new("networks"),
        "REST__CORS_ORIGINS": made.new("origins"),
    }
    status, said = _started(tmp_path, settings)
    assert status == 2 and "The settings cannot be used:" in said, said
    for name in ("DATABASE__URL", "SECRET_KEY_PREVIOUS", "REDIS__URL", "MAIL__SMTP_HOST"):
        assert name in said
    assert made.found(said) == {}


def test_a_weak_secret_key(tmp_path: Path) -> None:
    made = Canaries()
    key = made.new("SECRET_KEY")
    status, said = _started(tmp_path, {"SECRET_KEY": key})
    assert status == 2 and "SECRET_KEY" in said, said
    assert made.found(said) == {}


@pytest.mark.parametrize("line", ["SECRET_KEYS={}", "SECRET_KEY = '{}", "DATABASE__PASWORD={}"])
def test_a_file_that_is_wrong(tmp_path: Path, line: str) -> None:
    made = Canaries()
    (tmp_path / ".env").write_text(line.format(made.new("in the file")) + "\n")
    _, said = _started(tmp_path, {"DATABASE__URL": "postgresql://u@127.0.0.1:1/x"})
    assert said and made.found(said) == {}


def test_a_database_that_refuses_the_password(tmp_path: Path, database_url: str) -> None:
    made = Canaries()
    user, _, rest = database_url.removeprefix("postgresql://").partition(":")
    host = rest.partition("@")[2]
    status, said = _started(
        tmp_path,
        {
            "DATABASE__URL": f"postgresql://{user}:{made.new('DATABASE__URL')}@{host}",
            "SECRET_KEY": made.new("SECRET_KEY") + "-and-more",
            "REST__PORT": "0",
            "GRPC__PORT": "0",
        },
    )
    assert status == 1 and "Holdfast cannot start" in said, said
    assert made.found(said) == {}
