"""The stock rule."""

import pytest

from domain.stock import (
    LimitReached,
    SoldOut,
    Stock,
    StockLine,
    check_buyer_limit,
    give_back,
    sell,
    take,
)
from shared.ids import PoolId
from tests.domain.builders import pool_id, type_id

A, B = pool_id("a"), pool_id("b")


def stock(capacity: int = 10, held: int = 0, sold: int = 0, pool: PoolId = A) -> Stock:
    return Stock(pool_id=pool, capacity=capacity, held=held, sold=sold)


def line(quantity: int, *pools: PoolId, name: str = "standing") -> StockLine:
    return StockLine(ticket_type_id=type_id(name), quantity=quantity, pool_ids=pools or (A,))


def test_what_is_available() -> None:
    assert stock(10, held=3, sold=4).available == 3
    assert stock(10).available == 10
    assert stock(7, held=3, sold=4).available == 0


@pytest.mark.parametrize(("held", "sold"), [(-1, 0), (0, -1), (11, 0), (0, 11), (6, 5)])
def test_an_inconsistent_stock_cannot_be(held: int, sold: int) -> None:
    with pytest.raises(RuntimeError, match="inconsistent"):
        stock(10, held=held, sold=sold)


def test_units_move() -> None:
    one = stock(10, held=5, sold=1)
    assert one.take(4) == stock(10, held=9, sold=1)
    assert one.give_back(5) == stock(10, held=0, sold=1)
    assert one.sell(2) == stock(10, held=3, sold=3)
    for move, impossible in ((one.take, 5), (one.give_back, 6), (one.sell, 6)):
        with pytest.raises(RuntimeError):
            move(impossible)


def test_taking_all_that_is_left() -> None:
    before = {A: stock(10, held=5, sold=2)}
    assert take(before, [line(3)]) == {A: stock(10, held=8, sold=2)}
    with pytest.raises(SoldOut):
        take(before, [line(4)])
    assert before == {A: stock(10, held=5, sold=2)}


def test_lines_draw_on_all_their_pools() -> None:
    before = {A: stock(10), B: stock(3, pool=B)}
    after = take(before, [line(2, A, B), line(4, A)])
    assert after == {A: stock(10, held=6), B: stock(3, held=2, pool=B)}
    assert give_back(after, [line(2, A, B), line(4, A)]) == before
    assert sell(after, [line(2, A, B)]) == {
        A: stock(10, held=4, sold=2),
        B: stock(3, sold=2, pool=B),
    }


def test_the_tightest_pool_wins() -> None:
    with pytest.raises(SoldOut) as refused:
        take({A: stock(10), B: stock(3, pool=B)}, [line(4, A, B)])
    assert refused.value.violations[0].message == "asks for 4, 3 left"


def test_a_refusal_names_each_line_that_does_not_fit() -> None:
    """After those before it that do; one that does not fit takes nothing from those behind it."""
    lines = [
        line(4, name="one"),
        line(7, name="two"),
        line(6, name="three"),
        line(1, name="four"),
    ]
    with pytest.raises(SoldOut) as refused:
        take({A: stock(10)}, lines)
    assert [(each.pointer, each.message) for each in refused.value.violations] == [
        ("/lines/1", "asks for 7, 6 left"),
        ("/lines/3", "asks for 1, 0 left"),
    ]
    expected = f"{type_id('two')},{type_id('four')}"
    assert refused.value.metadata == {"ticket_type_ids": expected}


def test_nothing_is_taken_for_nothing() -> None:
    before = {A: stock(10)}
    assert take(before, []) == give_back(before, []) == sell(before, []) == before


@pytest.mark.parametrize(
    ("owned", "wanted", "limit"), [(0, 4, 4), (3, 1, 4), (0, 1, 1), (99, 99, None)]
)
def test_within_the_limit_of_a_buyer(owned: int, wanted: int, limit: int | None) -> None:
    check_buyer_limit(owned=owned, wanted=wanted, limit=limit)


@pytest.mark.parametrize(
    ("owned", "wanted", "limit", "allowed"),
    [(0, 5, 4, 4), (3, 2, 4, 1), (4, 1, 4, 0), (9, 1, 4, 0)],
)
def test_beyond_the_limit_of_a_buyer(owned: int, wanted: int, limit: int, allowed: int) -> None:
    with pytest.raises(LimitReached) as refused:
        check_buyer_limit(owned=owned, wanted=wanted, limit=limit)
    (violation,) = refused.value.violations
    assert violation.message == f"asks for {wanted}, {allowed} allowed"
    assert refused.value.metadata == {"limit": "max_per_buyer"}
