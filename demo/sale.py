"""The sale: every buyer once, so many at a time."""

import asyncio
from collections.abc import Callable, Sequence

from demo.buyer import Buyer
from demo.course import Course
from demo.shop import Account, Offer, Shop
from demo.tally import Tally


async def sell(
    courses: Sequence[Course],
    accounts: Sequence[Account],
    offer: Offer,
    *,
    rest: Shop,
    grpc: Shop,
    at_once: int,
    resends: int,
    tally: Tally,
    done: Callable[[], None],
) -> None:
    """Every buyer plays; `done` is called after each. The tally grows while it runs."""
    slots = asyncio.Semaphore(at_once)

    async def one(course: Course) -> None:
        async with slots:
            await Buyer(
                course=course,
                account=accounts[course.number % len(accounts)],
                shop=rest if course.over_rest else grpc,
                other=grpc if course.over_rest else rest,
                offer=offer,
                tally=tally,
                resends=resends,
            ).play()
            done()

    async with asyncio.TaskGroup() as group:
        for course in courses:
            group.create_task(one(course))
