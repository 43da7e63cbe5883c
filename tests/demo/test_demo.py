"""A small sale of the demo comes out right, and each lie about it is found."""

import io
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace

import asyncpg
import pytest
from rich.console import Console

from demo.books import Books, compare, settle
from demo.course import Course, Ending, courses
from demo.grpc_shop import GrpcShop
from demo.instance import Addresses
from demo.options import parse
from demo.report import figures, latencies, verdict
from demo.rest_shop import RestShop
from demo.sale import sell
from demo.shop import Offer
from demo.stage import open_accounts, open_sale
from demo.tally import Tally, percentile

BUYERS, TICKETS = 60, 20
SOMETHING = str(uuid.UUID(int=7))


@dataclass(slots=True, kw_only=True)
class Sold:
    connection: asyncpg.Connection
    offer: Offer
    tally: Tally

    async def books(self) -> Books:
        return await compare(self.connection, self.offer, self.tally, complete=True)


def everybody() -> Iterator[Course]:
    """The bank of this server is slower than a buyer's patience: nobody comes with that."""
    for course in courses(BUYERS, seed=5):
        late = course.ending is Ending.PAYS_LATE
        yield replace(course, ending=Ending.BUYS) if late else course


@pytest.fixture(scope="module")
async def sold(addresses: Addresses) -> AsyncIterator[Sold]:
    tally = Tally()
    rest, grpc = RestShop(addresses.rest_url), GrpcShop(addresses.grpc_target)
    accounts = await open_accounts(rest, 3, lambda: None)
    offer = await open_sale(addresses.rest_url, accounts[0], TICKETS)
    await sell(
        list(everybody()),
        accounts,
        offer,
        rest=rest,
        grpc=grpc,
        at_once=12,
        resends=3,
        tally=tally,
        done=lambda: None,
    )
    connection = await asyncpg.connect(addresses.database_url)
    assert await settle(connection, offer, patience=60, everything=False)
    yield Sold(connection=connection, offer=offer, tally=tally)
    await connection.close()
    await rest.aclose()
    await grpc.aclose()


async def test_the_sale_comes_out_right(sold: Sold) -> None:
    books = await sold.books()
    console = Console(file=io.StringIO(), width=100)
    assert verdict(console, books)
    assert 0 < books.tickets == len(sold.tally.tickets) <= TICKETS == books.capacity
    assert sum(sold.tally.ended.values()) + sum(sold.tally.refused.values()) == BUYERS
    assert sold.tally.unanswered == 0 < sold.tally.repeated
    console.print(figures(books, sold.tally, BUYERS, 1.0), latencies(sold.tally))
    printed = console.file
    assert isinstance(printed, io.StringIO)
    assert "oversold" in printed.getvalue() and "p99" in printed.getvalue()


def _another_code(tally: Tally) -> None:
    tally.tickets[next(iter(tally.tickets))] = "another code"


def _cancelled(tally: Tally) -> None:
    tally.cancelled.add(next(iter(tally.confirmed)))


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (lambda tally: tally.holds.add(SOMETHING), "hold"),
        (lambda tally: tally.holds.pop(), "holds, clients know of"),
        (lambda tally: tally.orders.add(SOMETHING), "order"),
        (lambda tally: tally.orders.pop(), "orders, clients know of"),
        (lambda tally: tally.payments.add(SOMETHING), "payment"),
        (lambda tally: tally.tickets.update({SOMETHING: "code"}), "ticket"),
        (_another_code, "has another code"),
        (_cancelled, "cancelled order"),
        (lambda tally: tally.contradictions.append("hold: ..."), "two answers"),
    ],
)
async def test_what_clients_heard_is_checked(
    sold: Sold, lie: Callable[[Tally], None], said: str
) -> None:
    told = Tally(
        holds=set(sold.tally.holds),
        orders=set(sold.tally.orders),
        payments=set(sold.tally.payments),
        cancelled=set(sold.tally.cancelled),
        confirmed=dict(sold.tally.confirmed),
        tickets=dict(sold.tally.tickets),
    )
    lie(told)
    books = await compare(sold.connection, sold.offer, told, complete=True)
    assert books.problems and all(said in problem for problem in books.problems)
    assert not verdict(Console(file=io.StringIO()), books)


async def test_a_refused_hold_without_effect_is_checked(sold: Sold) -> None:
    granted = await sold.connection.fetchval(
        """SELECT key FROM idempotency_keys
            WHERE operation = 'CreateHold' AND answer ->> 'id' = ANY($1) LIMIT 1""",
        list(sold.tally.holds),
    )
    told = Tally(holds=sold.tally.holds, orders=sold.tally.orders, refused_holds={granted})
    books = await compare(sold.connection, sold.offer, told, complete=True)
    assert books.problems == (f"the refused hold of key {granted} had an effect",)


_STOCK = "UPDATE stock SET sold = sold + $2 WHERE event_id = $1"
_LEDGER = """
UPDATE simulator.ledger SET amount = ledger.amount + $2 FROM simulator.intents, orders
 WHERE ledger.reference = intents.reference AND intents.order_id = orders.id
   AND orders.event_id = $1 AND kind = 'captured'
"""


@pytest.mark.parametrize("falsify", [_STOCK, _LEDGER], ids=["the stock", "the provider's ledger"])
async def test_the_database_is_checked(sold: Sold, falsify: str) -> None:
    event_id = uuid.UUID(sold.offer.event_id)
    await sold.connection.execute(falsify, event_id, -1)
    try:
        assert (await sold.books()).problems
    finally:
        await sold.connection.execute(falsify, event_id, 1)
    assert (await sold.books()).problems == ()


def test_the_same_seed_is_the_same_sale() -> None:
    assert list(courses(300, seed=1)) == list(courses(300, seed=1))
    assert list(courses(300, seed=1)) != list(courses(300, seed=2))
    assert {course.ending for course in courses(300, seed=1)} == set(Ending)


def test_percentiles_are_ranks() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert [percentile(hundred, part) for part in (0.5, 0.95, 0.99)] == [51, 96, 100]
    assert percentile([3.0], 0.99) == 3.0


def test_a_running_instance_needs_all_three_addresses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse(["--rest-url", "http://127.0.0.1:8000"])
    assert "--database-url" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parse(["--buyers", "0"])
