"""Who may read /metrics."""

import httpx2
import pytest

from api.app import RestConfig, create_app
from api.health.metrics import Figures
from tests.api.house import House

TOKEN = "a-token-of-a-scraper"


async def page() -> bytes:
    return b"holdfast_processes 1.0\n"


async def scrape(figures: Figures | None, *headers: tuple[str, str]) -> httpx2.Response:
    house = House()
    app = create_app(
        house.application,
        RestConfig(),
        ready=house.ready,
        jwks=dict,
        figures=figures,
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.get("/metrics", headers=list(headers))


async def test_it_is_open_where_no_token_is_set() -> None:
    answer = await scrape(Figures(page=page))
    assert (answer.status_code, answer.content) == (200, await page())
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_it_is_nowhere_where_nothing_is_counted() -> None:
    answer = await scrape(None)
    assert (answer.status_code, answer.json()["code"]) == (404, "ROUTE_NOT_FOUND")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([], "TOKEN_MISSING"),
        ([("Authorization", "Bearer another-token")], "TOKEN_INVALID"),
        ([("Authorization", TOKEN)], "TOKEN_INVALID"),
        ([("Authorization", f"Bearer {TOKEN}x")], "TOKEN_INVALID"),
    ],
)
async def test_a_token_is_needed_where_one_is_set(
    headers: list[tuple[str, str]], code: str
) -> None:
    answer = await scrape(Figures(page=page, token=TOKEN), *headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert b"holdfast_processes" not in answer.content


async def test_who_has_the_token_may_read() -> None:
    answer = await scrape(Figures(page=page, token=TOKEN), ("Authorization", f"Bearer {TOKEN}"))
    assert answer.content == await page()
