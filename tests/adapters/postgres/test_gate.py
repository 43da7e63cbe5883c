"""The gate in front of the connections: who comes next, who is refused, and that no place is lost.

Without a database: a place is a place.
"""

import asyncio
import random

import pytest

from application.messages import Priority
from infrastructure.postgres.gate import Gate
from shared.errors import Overloaded

PAYMENT, SALE, READ, LIST = Priority


class Crowd:
    """Callers of one gate, and the order in which they came in."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.inside: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, name: str, priority: Priority = SALE, lane: str = "") -> None:
        """And wait, if need be."""

        async def enter() -> None:
            await self.gate.enter(priority, lane)
            self.inside.append(name)

        self.tasks[name] = asyncio.create_task(enter())
        self.tasks[name].add_done_callback(_heard)
        await asyncio.sleep(0)

    async def served(self, count: int) -> str:
        """Who comes in while so many leave."""
        before = len(self.inside)
        for _ in range(count):
            self.gate.leave()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return " ".join(self.inside[before:])


def _heard(task: "asyncio.Task[None]") -> None:
    """Who is left waiting by a test ends some time later, when nobody asks any more: what it ended
    with would be told in the middle of another test, where the interpreter does not expect it."""
    if not task.cancelled():
        task.exception()


def gate(places: int = 1, most_waiting: int = 100, patience: float = 30) -> Gate:
    return Gate(places, most_waiting=most_waiting, patience=patience)


async def test_there_are_so_many_places() -> None:
    crowd = Crowd(gate(places=2))
    for name in "abc":
        await crowd.come(name)
    assert crowd.inside == ["a", "b"] and crowd.gate.waiting == 1
    assert await crowd.served(1) == "c"
    assert await crowd.served(2) == ""
    with pytest.raises(RuntimeError, match="more leave than have entered"):
        crowd.gate.leave()


async def test_payments_come_before_holds_before_reads_before_lists() -> None:
    crowd = Crowd(gate())
    await crowd.come("first")
    for name, priority in (("list", LIST), ("read", READ), ("hold", SALE), ("webhook", PAYMENT)):
        await crowd.come(name, priority)
    await crowd.come("hold2", SALE)
    assert await crowd.served(5) == "webhook hold hold2 read list"


async def test_callers_take_turns() -> None:
    """Who asks for many things at once delays nobody else's first."""
    crowd = Crowd(gate())
    await crowd.come("first")
    for number in range(3):
        await crowd.come(f"greedy{number}", lane="greedy")
    await crowd.come("a", lane="a")
    await crowd.come("b", lane="b")
    assert await crowd.served(5) == "greedy0 a b greedy1 greedy2"


async def test_lists_come_in_the_end_however_many_payments_there_are() -> None:
    crowd = Crowd(gate(most_waiting=1000))
    await crowd.come("first")
    await crowd.come("list", LIST)
    for number in range(100):
        await crowd.come(f"payment{number}", PAYMENT)
    assert "list" in await crowd.served(32)


async def test_a_payment_finds_room_where_others_do_not() -> None:
    crowd = Crowd(gate(most_waiting=8))
    await crowd.come("first")
    for priority, room in ((LIST, 5), (READ, 6), (SALE, 7), (PAYMENT, 8)):
        for number in range(room - crowd.gate.waiting):
            await crowd.come(f"{priority.name}{number}", priority)
        assert crowd.gate.waiting == room and crowd.gate.full(priority)
        assert priority is PAYMENT or not crowd.gate.full(PAYMENT)
        with pytest.raises(Overloaded) as refused:
            await crowd.gate.enter(priority, "late")
        assert refused.value.retry_after == 1
    assert len((await crowd.served(8)).split()) == 8


async def test_a_refusal_does_not_wait_for_anything() -> None:
    """Not even for the next turn of the event loop: it comes when it is asked for."""
    full = gate(most_waiting=0)
    await full.enter(SALE, None)
    refusing = full.enter(PAYMENT, None)
    with pytest.raises(Overloaded):
        refusing.send(None)


async def test_nobody_is_refused_while_a_place_is_free() -> None:
    empty = gate(places=2, most_waiting=0)
    for _ in range(2):
        assert not empty.full(LIST)
        await empty.enter(LIST, None)
    assert empty.full(PAYMENT)


async def test_who_goes_away_leaves_room() -> None:
    crowd = Crowd(gate(most_waiting=2))
    await crowd.come("first")
    await crowd.come("gone", PAYMENT)
    await crowd.come("patient", PAYMENT)
    assert crowd.gate.full(PAYMENT)
    crowd.tasks["gone"].cancel()
    await asyncio.sleep(0)
    assert crowd.gate.waiting == 1
    await crowd.come("late", PAYMENT)
    assert await crowd.served(2) == "patient late"


async def test_a_place_given_to_somebody_who_has_just_gone_is_not_lost() -> None:
    crowd = Crowd(gate())
    for name in ("first", "gone", "next"):
        await crowd.come(name)
    crowd.gate.leave()
    crowd.tasks["gone"].cancel()  # the place is its own, but it does not know yet
    for _ in range(3):
        await asyncio.sleep(0)
    assert crowd.inside == ["first", "next"]


async def test_a_place_is_not_given_to_somebody_who_is_going() -> None:
    crowd = Crowd(gate())
    for name in ("first", "gone", "next"):
        await crowd.come(name)
    crowd.tasks["gone"].cancel()
    crowd.gate.leave()
    for _ in range(3):
        await asyncio.sleep(0)
    assert crowd.inside == ["first", "next"]
    assert await crowd.served(1) == "" and not crowd.gate.full(LIST)


async def test_patience_ends() -> None:
    hasty = gate(patience=0.01)
    await hasty.enter(SALE, None)
    with pytest.raises(TimeoutError):
        await hasty.enter(PAYMENT, None)
    assert hasty.waiting == 0
    hasty.leave()
    await hasty.enter(LIST, None)


async def test_no_place_is_lost_or_made_up_in_a_crowd() -> None:
    """Who comes, waits, is impatient, goes away or stays a while, by chance."""
    chance = random.Random(4)
    crowded = gate(places=3, most_waiting=20, patience=0.004)
    inside = most = 0

    async def caller(number: int) -> str:
        nonlocal inside, most
        await asyncio.sleep(chance.uniform(0, 0.1))
        try:
            await crowded.enter(chance.choice(list(Priority)), number % 7)
        except (Overloaded, TimeoutError) as refusal:
            return type(refusal).__name__
        inside += 1
        most = max(most, inside)
        try:
            await asyncio.sleep(chance.uniform(0, 0.002))
        finally:
            inside -= 1
            crowded.leave()
        return "served"

    tasks = [asyncio.create_task(caller(number)) for number in range(600)]
    for task in chance.sample(tasks, 150):
        asyncio.get_running_loop().call_later(chance.uniform(0, 0.1), task.cancel)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {"served", "Overloaded"} <= {each for each in outcomes if isinstance(each, str)}
    assert most == 3 and inside == 0 and crowded.waiting == 0
    for _ in range(3):
        assert crowded._free
        await crowded.enter(LIST, None)
    assert not crowded._free
