"""Units of work that are not plainly their actor's own do not come into a group, and what does is
compared with its row."""

from dataclasses import replace

import asyncpg
import pytest

from application.ports.unit_of_work import StaleWrite
from application.views.hold import HoldView
from domain.hold.hold import HoldState
from shared.ids import HoldId
from tests.adapters.postgres.batch import Batch, holding
from tests.contracts.world import IDS, kind


async def _nothing(answer: object, *, final: bool) -> None:
    """Instead of a transaction of its own."""


async def test_a_foreign_hold(batch: Batch) -> None:
    """A unit of work that takes it for its actor's own finds the second wall as it stands."""
    world = batch.world
    sale, (thief, buyer) = await world.sale(kind("A", 9)), await world.users(2)
    hold = await world.stored_hold((await world.hold(buyer, sale, {"A": 2})).id)
    with pytest.raises(StaleWrite):
        async with world.begin(thief.admitted) as work:
            stolen = replace(hold, buyer_id=thief.user_id)
            work.holds.save(stolen.release(at=await work.now()))
            work.stock.give_back(hold.lines)
            await work.commit(None)
    assert (await world.stored_hold(hold.id)).state is HoldState.ACTIVE
    assert await world.counters(sale) == {"A": (2, 0)}
    await batch.check()


@pytest.mark.parametrize("wrong", ["buyer_id", "live"])
async def test_a_hold_that_is_not_ones_own(batch: Batch, patient: None, wrong: str) -> None:
    """For somebody else, or of a mode that is not the actor's: the policy refuses it, and those
    who come at the same moment do not hear of it."""
    world = batch.world
    sale, (one, other) = await world.sale(kind("A", 9)), await world.users(2)
    changes = {"buyer_id": other.user_id} if wrong == "buyer_id" else {"live": False}
    place = holding(world, one, sale, "A", HoldId(IDS.uuid()), **changes)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await place()
    assert isinstance(await world.hold(other, sale, {"A": 1}), HoldView)
    assert await world.counters(sale) == {"A": (1, 0)}
    await batch.check()


async def test_stock_of_nothing_that_is_written(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for the policies to judge, not for a group."""
    world = batch.world
    sale, buyer = await world.sale(kind("A", 9), kind("B", 9)), await world.user()
    hold, other = [
        await world.stored_hold((await world.hold(buyer, sale, {name: 2})).id) for name in "AB"
    ]
    handed = batch.spy(monkeypatch)
    for lines in (other.lines, hold.lines):
        async with world.begin(buyer.admitted) as work:
            work.holds.save(hold.release(at=await work.now()))
            work.stock.give_back(lines)
            if lines is hold.lines:
                await work.commit(None)
            else:
                monkeypatch.setattr(work, "_alone", _nothing)
                await work.commit(None)
    assert [unit.given_back for unit in handed] == [hold.lines]
    await batch.check()
