"""The page where a human approves or declines, as a browser sees it."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from domain.order.payment import Observation, PaymentState
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.pages import approval_app
from shared.money import Money
from tests.adapters.simulated.bench import SimulatedBench
from tests.contracts.provider_bench import key


@pytest.fixture
def bench() -> SimulatedBench:
    return SimulatedBench(MemoryStorage())


@pytest.fixture
def browser(bench: SimulatedBench) -> httpx2.AsyncClient:
    house = Starlette(routes=[Mount("/simulated", approval_app(bench.provider))])
    transport = httpx2.ASGITransport(app=house)
    return httpx2.AsyncClient(transport=transport, base_url="http://shop.test")


async def asked(bench: SimulatedBench, amount: Money = Money(1250, "EUR")) -> Observation:
    wanted = replace(bench.charge("requires_action"), amount=amount)
    return await bench.payments.authorize(wanted, key=key("authorize"))


def path(seen: Observation) -> str:
    url = urlsplit(seen.redirect_url or "")
    return f"{url.path}?{url.query}"


def form(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', html))


@pytest.mark.parametrize(
    ("decision", "state", "words"),
    [
        ("approve", PaymentState.AUTHORIZED, "Payment approved"),
        ("decline", PaymentState.FAILED, "Payment declined"),
    ],
)
async def test_a_human_decides(
    bench: SimulatedBench,
    browser: httpx2.AsyncClient,
    decision: str,
    state: PaymentState,
    words: str,
) -> None:
    seen = await asked(bench)
    page = await browser.get(path(seen))
    assert page.status_code == 200 and "12.50 EUR" in page.text and "Order HF-1" in page.text
    assert "https://" not in page.text and "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    answer = await browser.post(path(seen), data={**form(page.text), "decision": decision})
    assert answer.status_code == 200 and words in answer.text and "<form" not in answer.text
    intent = await bench.provider.look_up(seen.reference, form(page.text)["token"])
    assert intent is not None and PaymentState[intent.state.name] is state
    totals = await bench.totals()
    assert totals.authorized == (1250 if decision == "approve" else 0)
    again = await browser.post(path(seen), data={**form(page.text), "decision": "approve"})
    assert again.status_code == 200 and (await bench.totals()) == totals


async def test_the_token_must_be_in_the_form(
    bench: SimulatedBench, browser: httpx2.AsyncClient
) -> None:
    seen = await asked(bench)
    for data in (
        {"decision": "approve"},
        {"decision": "approve", "token": "x"},
        {"decision": "approve", "token": ""},
    ):
        assert (await browser.post(path(seen), data=data)).status_code == 404
    good = form((await browser.get(path(seen))).text)
    assert (await browser.post(path(seen), data=good)).status_code == 400
    assert (await browser.post(path(seen), data={**good, "decision": "maybe"})).status_code == 400
    assert (await bench.totals()).authorized == 0


async def test_strangers_see_nothing(bench: SimulatedBench, browser: httpx2.AsyncClient) -> None:
    seen = await asked(bench)
    bare = path(seen).split("?")[0]
    for address in (bare, f"{bare}?token=x", "/simulated/payments/sim_none?token=x"):
        page = await browser.get(address)
        assert page.status_code == 404 and "HF-1" not in page.text
    assert (await browser.put(path(seen))).status_code == 405


async def test_a_long_form_is_refused(bench: SimulatedBench, browser: httpx2.AsyncClient) -> None:
    seen = await asked(bench)
    answer = await browser.post(path(seen), data={"decision": "approve", "more": "x" * 10_000})
    assert answer.status_code == 413


async def test_texts_are_escaped(bench: SimulatedBench, browser: httpx2.AsyncClient) -> None:
    wanted = bench.charge("requires_action")
    object.__setattr__(wanted, "description", "<script>alert(1)</script>")
    seen = await bench.payments.authorize(wanted, key=key("authorize"))
    page = await browser.get(path(seen))
    assert "<script" not in page.text and "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(1200, "JPY"), "1200 JPY"),
        (Money(1234, "KWD"), "1.234 KWD"),
    ],
)
async def test_amounts_as_people_write_them(
    bench: SimulatedBench, browser: httpx2.AsyncClient, amount: Money, shown: str
) -> None:
    page = await browser.get(path(await asked(bench, amount)))
    assert f'<p class="amount">{shown}</p>' in page.text
