"""Which payment providers a process has, and that each is behind its guard."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from application.errors import PaymentProviderUnknown
from application.payment.providers import Providers
from core.errors import StartError
from core.providers import payment_house
from core.settings import load_settings
from infrastructure.guarded.payments import GuardedPayments
from tests.conftest import Databases
from tests.contracts.watcher import Watcher


@pytest.fixture(scope="module")
def database_url(databases: Databases) -> Iterator[str]:
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Houses:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, url: str, stack: AsyncExitStack) -> None:
        self._monkeypatch, self._url, self._stack = monkeypatch, url, stack

    async def providers(self, **variables: str) -> Providers:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)
        house = await payment_house(
            load_settings(),
            self._url,
            "a secret of the tests, as long as it has to be",
            rest_url="http://127.0.0.1:8000",
            every=timedelta(seconds=1),
            observer=Watcher(),
            stack=self._stack,
        )
        assert all(isinstance(each, GuardedPayments) for each in house.providers.all())
        assert set(house.pages) == {"/simulated"} and len(house.jobs) == 2
        return house.providers


def modes(providers: Providers) -> set[tuple[str, bool]]:
    return {(each.name, each.live) for each in providers.all()}


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def houses(
    clean: None, monkeypatch: pytest.MonkeyPatch, database_url: str, stack: AsyncExitStack
) -> Houses:
    return Houses(monkeypatch, database_url, stack)


async def test_play_money_is_for_tests_where_there_is_another_default(houses: Houses) -> None:
    providers = await houses.providers(
        PAYMENT__DEFAULT_PROVIDER="stripe", PAYMENT__STRIPE__API_KEY="sk_live_1"
    )
    assert modes(providers) == {
        ("offline", True),
        ("offline", False),
        ("simulated", False),
        ("stripe", True),
    }
    assert providers.get(None, live=True).name == "stripe"
    with pytest.raises(PaymentProviderUnknown):
        providers.get("simulated", live=True)


async def test_by_default_it_takes_both(houses: Houses) -> None:
    providers = await houses.providers(PAYMENT__STRIPE__API_KEY="sk_test_1")
    assert modes(providers) == {
        (name, live) for name in ("offline", "simulated", "stripe") for live in (True, False)
    }


async def test_a_key_that_cannot_be_read_is_told_at_the_start(houses: Houses) -> None:
    with pytest.raises(StartError, match="a payment provider cannot be used: .*Alipay") as refused:
        await houses.providers(
            PAYMENT__ALIPAY__APP_ID="2021",
            PAYMENT__ALIPAY__PRIVATE_KEY="aGlkZGVu",
            PAYMENT__ALIPAY__ALIPAY_PUBLIC_KEY="aGlkZGVu",
            PAYMENT__ALIPAY__SELLER_ID="2088",
            PAYMENT__ALIPAY__NOTIFY_URL="https://shop.example/x",
        )
    assert "aGlkZGVu" not in str(refused.value)
