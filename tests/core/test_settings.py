"""Settings: what is read, what is refused, and that no message shows a secret."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.secret_key import kept_key, weakness
from core.settings import Settings, SettingsError, load_settings
from core.settings_names import setting_names
from tools.env_example import render

_ROOT = Path(__file__).parents[2]
_URL = "postgresql://holdfast:hunter2@db.example/holdfast"
_STRONG = "hV3-xT9_kQ2wLr8zNb5yPm7cJd4sGf6a"
_WEAK = [
    ("", "is empty"),
    (" " * 40, "is empty"),
    ("hV3-xT9_kQ2wLr8zNb5yPm7cJd4sGf6", "is shorter than 32"),
    ("changeme", "is shorter than 32"),
    ("ababababababababababababababababab", "has fewer than 8 different"),
    ("your-secret-key-your-secret-key-yo", "repeats itself"),
    ("abcdefghijklmnopqrstuvwxyz0123456789", "counts through"),
    ("please-change-this-secret-key-in-production", "is a placeholder"),
    ("django-insecure-CHANGE-ME-1234567890", "is a placeholder"),
]


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment without settings, and a working folder of the test's own."""
    for name in os.environ:
        if "__" in name or name in ("DATA_DIR", "SECRET_KEY", "SECRET_KEY_PREVIOUS"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """The message with which these variables are refused."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)


def test_without_any_setting_everything_has_a_default() -> None:
    settings = load_settings()
    assert (settings.rest.port, settings.grpc.port) == (8000, 50051)
    assert (settings.holds.ttl_seconds, settings.holds.max_ttl_seconds) == (300, 1800)
    assert settings.is_embedded
    assert settings.data_dir == Path(".data")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("REST__PORT=8100\nREST__HOST=::1\nUNRELATED=1\n")
    monkeypatch.setenv("REST__PORT", "8200")
    monkeypatch.setenv("REST__CORS_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("PAYMENT__SIMULATED__LATE_SECONDS", "0.5")
    settings = load_settings()
    assert (settings.rest.port, settings.rest.host) == (8200, "::1")
    assert settings.rest.cors_origins == ("https://a.example", "https://b.example")
    assert settings.payment.simulated.late_seconds == 0.5


def test_settings_do_not_change() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, "data_dir", Path("other"))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings.rest, "port", 1)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("REST__PROT", "REST__PORT"),
        ("HOLDS__TTL", "HOLDS__TTL_SECONDS"),
        ("HOLD__TTL_SECONDS", "HOLDS__TTL_SECONDS"),
        ("DATABSE__URL", "DATABASE__URL"),
        ("PAYMENT__SIMULATED__LATE", "PAYMENT__SIMULATED__LATE_SECONDS"),
    ],
)
def test_a_name_that_is_nearly_ours_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    assert f"{name}: there is no such setting; did you mean {meant}?" in refusal(
        monkeypatch, **{name: "1"}
    )


@pytest.mark.parametrize("name", ["REST__PROT", "OTHER__X", "SECRET_KYE", "DATADIR"])
def test_an_unknown_name_in_the_file_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    Path(".env").write_text(f"{name}=1\n")
    assert f"{name}: there is no such setting" in refusal(monkeypatch)


def test_names_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRPC_VERBOSITY", "OTHER__X", "__CF_ENCODING", "DATA_DIRS", "RESTIC_PASSWORD"):
        monkeypatch.setenv(name, "x")
    load_settings()


def test_a_section_is_not_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "REST: is a section" in refusal(monkeypatch, REST='{"port": 1}')


@pytest.mark.parametrize(
    "name",
    [
        "HOLDS__TTL_SECONDS",
        "HOLDS__MAX_TTL_SECONDS",
        "HOLDS__PAYMENT_EXTENSION_SECONDS",
        "AUTH__ACCESS_TOKEN_TTL_SECONDS",
        "AUTH__GUEST_TOKEN_TTL_SECONDS",
        "AUTH__REFRESH_TOKEN_TTL_SECONDS",
        "AUTH__EMAIL_PROOF_TTL_SECONDS",
        "AUTH__PASSWORD_RESET_TTL_SECONDS",
        "AUTH__INVITATION_TTL_SECONDS",
        "AUTH__LOGIN_LONGEST_DELAY_SECONDS",
        "LIMITS__WRITES_PER_ACTOR_PER_MINUTE",
        "IDEMPOTENCY__TTL_HOURS",
        "PAYMENT__SIMULATED__LATE_SECONDS",
    ],
)
def test_nothing_lasts_beyond_the_calendar(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert f"{name}: Input should be less than or equal to" in refusal(
        monkeypatch, **{name: "999999999999"}
    )


def test_all_problems_are_named_and_no_value_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    message = refusal(
        monkeypatch,
        REST__PORT="hunter2",
        LOGGING__LEVEL="hunter2",
        AUTH__ISSUER="",
        PAYMENT__SIMULATED__WEBHOOK_SECRET="hunter2",
        DATABASE__URL="mysql://root:hunter2@db/x",
    )
    for name in (
        "REST__PORT: ",
        "LOGGING__LEVEL: ",
        "AUTH__ISSUER: ",
        "PAYMENT__SIMULATED__WEBHOOK_SECRET: is shorter than 32",
        "DATABASE__URL: must start with postgresql://",
    ):
        assert f"\n  {name}" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is empty"),
        ("postgresql+asyncpg://u:hunter2@h/d", "must start with"),
        ("sqlite:///hunter2", "must start with"),
        ("postgresql://u:hunter2@h:hunter2/d", "is not an address"),
    ],
)
def test_other_database_addresses_are_refused(
    monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    message = refusal(monkeypatch, DATABASE__URL=url, SECRET_KEY=_STRONG)
    assert f"DATABASE__URL: {said}" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_database_of_ones_own_keeps_its_password_out_of_sight(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    url = _URL.replace("postgresql", scheme)
    monkeypatch.setenv("DATABASE__URL", url)
    monkeypatch.setenv("SECRET_KEY", _STRONG)
    settings = load_settings()
    assert settings.database.url is not None
    assert settings.database.url.get_secret_value() == url
    assert not settings.is_embedded
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hunter2" not in shown and _STRONG not in shown
    assert not Path(".data").exists()


@pytest.mark.parametrize(("key", "said"), _WEAK)
@pytest.mark.parametrize("embedded", [False, True])
def test_a_weak_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, key: str, said: str, embedded: bool
) -> None:
    if not embedded:
        monkeypatch.setenv("DATABASE__URL", _URL)
    message = refusal(monkeypatch, SECRET_KEY=key)
    assert f"SECRET_KEY {said}" in message
    assert not key.strip() or key not in message


def test_a_database_of_your_own_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SECRET_KEY must be set when DATABASE__URL is" in refusal(
        monkeypatch, DATABASE__URL=_URL
    )


def test_generated_keys_are_strong(tmp_path: Path) -> None:
    for number in range(50):
        assert weakness(kept_key(tmp_path / str(number))) is None
        assert weakness(os.urandom(16).hex()) is None


def test_a_key_is_generated_once(tmp_path: Path) -> None:
    key = load_settings().secret_key.get_secret_value()
    file = tmp_path / ".data" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_settings().secret_key.get_secret_value() == key == file.read_text()
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_processes_that_start_together_share_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(kept_key, [tmp_path / "new"] * 32))
    assert len(keys) == 1


@pytest.mark.parametrize(("key", "said"), _WEAK)
def test_the_key_before_was_as_strong(monkeypatch: pytest.MonkeyPatch, key: str, said: str) -> None:
    message = refusal(monkeypatch, SECRET_KEY=_STRONG, SECRET_KEY_PREVIOUS=key)
    assert f"SECRET_KEY_PREVIOUS: {said}" in message
    assert not key.strip() or key not in message


def test_the_key_before_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    message = refusal(monkeypatch, SECRET_KEY=_STRONG, SECRET_KEY_PREVIOUS=_STRONG)
    assert "SECRET_KEY_PREVIOUS must not be the SECRET_KEY" in message
    assert _STRONG not in message


def test_the_key_before_is_not_the_kept_one_either(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = load_settings().secret_key.get_secret_value()
    message = refusal(monkeypatch, SECRET_KEY_PREVIOUS=kept)
    assert "SECRET_KEY_PREVIOUS must not be the SECRET_KEY, which is the one kept in" in message
    assert kept not in message


def test_the_key_before_stays_out_of_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_PREVIOUS", _STRONG)
    settings = load_settings()
    assert settings.secret_key_previous is not None
    assert settings.secret_key_previous.get_secret_value() == _STRONG
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert _STRONG not in shown


def test_a_damaged_key_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "secret_key").write_text("")
    assert ".data/secret_key is empty" in refusal(monkeypatch)


def test_an_entry_point_exits_with_the_message_and_status_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from core.settings import settings_or_exit; settings_or_exit()"],
        env={**os.environ, "PYTHONPATH": str(_ROOT), "DATABASE__URL": _URL},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "SECRET_KEY must be set" in done.stderr
    assert "hunter2" not in done.stderr and "Traceback" not in done.stderr


def test_the_example_file_is_what_the_settings_say() -> None:
    assert (_ROOT / ".env.example").read_text() == render(), "run: python -m tools.env_example"


def test_the_example_file_names_every_setting_and_its_real_default(tmp_path: Path) -> None:
    lines = (_ROOT / ".env.example").read_text().splitlines()
    pairs = [line[2:].partition("=")[::2] for line in lines if line[2:3].isupper() and "=" in line]
    assert [name for name, _ in pairs] == list(setting_names(Settings))
    # A file that sets every default changes nothing.
    file = tmp_path / "every.env"
    file.write_text("\n".join(f"{name}={value}" for name, value in pairs if value))
    assert load_settings(file) == load_settings(None)
