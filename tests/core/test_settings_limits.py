"""Settings of rate limits: whose word is believed, and where uses are counted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from application.limits import WriteLimits
from application.ports.limits import Limit
from core.rules import rules_of
from core.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A working folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    yield


def test_nobody_is_believed_and_nothing_is_shared_by_default() -> None:
    settings = load_settings()
    assert settings.limits.trusted_proxies == ()
    assert settings.redis.url is None


def test_networks_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,, fd00::/8 ")
    assert load_settings().limits.trusted_proxies == (
        "10.0.0.0/8",
        "192.0.2.7/32",
        "fd00::/8",
    )


@pytest.mark.parametrize("networks", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33", "*", "1", "/"])
def test_what_is_no_network_is_refused(monkeypatch: pytest.MonkeyPatch, networks: str) -> None:
    """10.0.0.1/8 too: somebody meant one address and would trust sixteen million."""
    monkeypatch.setenv("LIMITS__TRUSTED_PROXIES", f"192.0.2.0/24,{networks}")
    with pytest.raises(SettingsError, match="LIMITS__TRUSTED_PROXIES: must be networks such as"):
        load_settings()


@pytest.mark.parametrize("url", ["redis://cache", "rediss://app:hunter2@cache.example:6380/2"])
def test_redis_keeps_its_password_out_of_sight(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS__URL", url)
    settings = load_settings()
    assert settings.redis.url is not None
    assert settings.redis.url.get_secret_value() == url
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is empty"),
        ("unix:///run/hunter2", "must start with redis:// or rediss://"),
        ("http://:hunter2@cache", "must start with redis:// or rediss://"),
        ("redis://:hunter2@cache:hunter2", "is not an address"),
    ],
)
def test_other_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, url: str, said: str) -> None:
    monkeypatch.setenv("REDIS__URL", url)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"REDIS__URL: {said}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIMITS__WRITES_PER_ACTOR_PER_MINUTE", "-1"),
        ("LIMITS__WRITES_PER_ADDRESS_PER_MINUTE", "60000001"),
        ("LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE", "1.5"),
        ("LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR", "-1"),
        ("REDIS__TIMEOUT_SECONDS", "0"),
        ("HOLDS__MAX_UNITS_PER_BUYER", "0"),
        ("HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER", "0"),
        ("HOLDS__MAX_PER_TEN_MINUTES", "0"),
        ("AUTH__LOGIN_FREE_FAILURES_PER_ACCOUNT", "0"),
        ("AUTH__LOGIN_FREE_FAILURES_PER_ADDRESS", "0"),
        ("AUTH__LOGIN_FREE_FAILURES_GLOBALLY", "0"),
        ("AUTH__LOGIN_LONGEST_DELAY_SECONDS", "0"),
    ],
)
def test_limits_that_make_no_sense_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}: "):
        load_settings()


def test_no_limit_at_all_is_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACTOR", "ADDRESS"):
        monkeypatch.setenv(f"LIMITS__WRITES_PER_{name}_PER_MINUTE", "0")
    monkeypatch.setenv("LIMITS__ANONYMOUS_WRITES_PER_ADDRESS_PER_MINUTE", "0")
    monkeypatch.setenv("LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR", "0")
    limits = load_settings().limits
    assert limits.writes_per_actor_per_minute == limits.writes_per_address_per_minute == 0
    assert limits.anonymous_writes_per_address_per_minute == 0
    assert limits.new_buyers_per_address_per_hour == 0
    assert rules_of(load_settings()).limits == WriteLimits()


def test_what_nobody_verified_is_bounded_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_of(load_settings())
    assert (rules.hoarding.units, rules.hoarding_unverified.units) == (100, 10)
    assert rules.limits.new_buyers_per_address == Limit(
        name="new-buyers", quota=60, window_seconds=3600
    )
    monkeypatch.setenv("HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER", "3")
    monkeypatch.setenv("LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR", "7")
    changed = rules_of(load_settings())
    assert changed.hoarding == rules.hoarding
    assert changed.hoarding_unverified == replace(rules.hoarding, units=3)
    assert changed.limits == replace(
        rules.limits,
        new_buyers_per_address=Limit(name="new-buyers", quota=7, window_seconds=3600),
    )


def test_processes_that_count_alone_share_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS__NEW_BUYERS_PER_ADDRESS_PER_HOUR", "3")
    monkeypatch.setenv("LIMITS__WRITES_PER_ADDRESS_PER_MINUTE", "0")
    alone = rules_of(load_settings()).limits
    shares = rules_of(load_settings(), processes=4).limits
    assert shares == WriteLimits(
        per_actor=Limit(name="actor", quota=60, window_seconds=60),
        per_address=None,
        anonymous_per_address=Limit(name="anonymous", quota=15, window_seconds=60),
        new_buyers_per_address=Limit(name="new-buyers", quota=1, window_seconds=3600),
    )
    monkeypatch.setenv("REDIS__URL", "redis://127.0.0.1:6379/0")
    assert rules_of(load_settings(), processes=4).limits == alone


@pytest.mark.parametrize("workers", ["0", "65", "two"])
def test_a_number_of_processes_that_cannot_be(
    workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB__WORKERS", workers)
    with pytest.raises(SettingsError, match="WEB__WORKERS"):
        load_settings()
