"""One story: so many purchases, everything that comes of them, and the end."""

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from shared.facts import Fact
from tests.random import people, truth
from tests.random.market import Market
from tests.random.virtual import START, run

LONGEST = timedelta(hours=30)
"""How long after the last person has gone things may take to come to their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`seen` counts what happened; `digest` is the same for the same story; `wrong` is everything
    that should not be; `facts` are all that happened."""

    seed: int
    seen: Counter[str]
    digest: str
    wrong: tuple[str, ...]
    facts: tuple[Fact, ...]


def tell(seed: int, purchases: int) -> Story:
    return run(lambda: _tell(seed, purchases), seed=seed)


async def _tell(seed: int, purchases: int) -> Story:
    market = Market(seed)
    await market.open()
    chance, refused = market.chance, 0
    called_off = chance.random() < 0.35

    async def come() -> None:
        nonlocal refused
        refused = 0 if await people.shop_around(market) else refused + 1

    while len(market.tables.orders) < purchases:
        for _ in range(min(chance.randint(1, 6), purchases - len(market.tables.orders))):
            market.someone(come())
        await asyncio.sleep(chance.uniform(0.2, 10))
        if refused > 3:
            refused = 0
            await market.another_event()
        if chance.random() < 0.1:
            market.someone(people.look_after(market, 0.3))
        if chance.random() < 0.1:
            market.someone(people.decide_disputes(market, 0.3))
        if called_off and len(market.tables.orders) > purchases * chance.uniform(0.4, 1):
            called_off = False
            await market.cancel_event(chance.choice(market.sales).event.id)
    market.patience = 60
    await market.all_have_gone()
    wrong = await _end(market)
    await market.close()
    wrong += [repr(bug) for bug in market.bugs]
    wrong += await truth.of(market)
    return Story(
        seed=seed,
        seen=market.seen + truth.figures(market),
        digest=_digest(market),
        wrong=tuple(wrong),
        facts=tuple(row.fact for row in market.tables.outbox),
    )


async def _end(market: Market) -> list[str]:
    """Time passes until nothing moves; the faults go on. Then the books are compared once more."""
    await people.decide_disputes(market, 1)
    until, market.patience = market.clock.now() + LONGEST, 600
    while await market.storage.undelivered() or market.unfinished():
        await people.send_back_by_hand(market)
        if market.clock.now() > until:
            return [f"never ends: {each}" for each in market.unfinished()]
        await asyncio.sleep(60)
    market.is_fair_weather = True  # what is told to nobody is found when the books are compared
    for _ in range(4):
        await asyncio.sleep(3700)
        await people.decide_disputes(market, 1)
        await people.send_back_by_hand(market)
    if left := market.unfinished():
        return [f"begins again: {each}" for each in left]
    return []


def _digest(market: Market) -> str:
    """Of all facts and their moments, but those of the world that was there before."""
    told = [
        (type(row.fact).__name__, row.fact.occurred_at.isoformat())
        for row in market.tables.outbox
        if row.fact.occurred_at >= START
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
