"""UserCards: the newest of each user, for a day at most."""

from abc import ABC, abstractmethod
from dataclasses import replace

from application.ports.user_cards import KEPT, UserCard, UserCards
from shared.ids import UserId
from tests.contracts.world import IDS


def card(name: str = "Zoë Löwe", **changes: object) -> UserCard:
    made = UserCard(
        user_id=UserId(IDS.uuid()),
        name=name,
        email_verified=False,
        active=True,
        superuser=False,
        revision=1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class CardsUnderTest(ABC):
    cards: UserCards

    @abstractmethod
    async def pass_time(self, seconds: float) -> None: ...

    async def one(self, of: UserCard) -> UserCard | None:
        return (await self.cards.get([of.user_id])).get(of.user_id)


class UserCardsContract:
    async def test_what_was_put_is_there(self, under_test: CardsUnderTest) -> None:
        plain, other = card(), card("", email_verified=True, active=False, superuser=True)
        await under_test.cards.put([plain, other])
        missing = UserId(IDS.uuid())
        wanted = [plain.user_id, missing, other.user_id, plain.user_id]
        assert await under_test.cards.get(wanted) == {each.user_id: each for each in (plain, other)}
        assert await under_test.cards.get([]) == {}

    async def test_a_later_one_takes_its_place(self, under_test: CardsUnderTest) -> None:
        first = card()
        second = replace(first, name="Later", active=False, revision=12)
        for each in (first, second):
            await under_test.cards.put([each])
        assert await under_test.one(first) == second
        same = replace(second, superuser=True)
        await under_test.cards.put([same])
        assert await under_test.one(first) == same

    async def test_an_earlier_one_does_not(self, under_test: CardsUnderTest) -> None:
        """It comes from somebody who was away for long and goes on where they were."""
        late = card(revision=10)
        other = card()
        await under_test.cards.put([late])
        await under_test.cards.put([replace(late, name="Long ago", revision=9), other])
        assert await under_test.one(late) == late
        assert await under_test.one(other) == other

    async def test_it_is_gone_after_a_day(self, under_test: CardsUnderTest) -> None:
        kept, other = card(), card()
        await under_test.cards.put([kept, other])
        await under_test.pass_time(KEPT.total_seconds() - 60)
        await under_test.cards.put([other])
        assert await under_test.one(kept) == kept
        await under_test.pass_time(120)
        assert await under_test.one(kept) is None
        assert await under_test.one(other) == other, "since it was put there"

    async def test_forgotten(self, under_test: CardsUnderTest) -> None:
        kept, other = card(), card(revision=7)
        await under_test.cards.put([kept, other])
        await under_test.cards.forget([other.user_id, UserId(IDS.uuid())])
        await under_test.cards.forget([])
        assert await under_test.one(other) is None
        assert await under_test.one(kept) == kept

    async def test_many(self, under_test: CardsUnderTest) -> None:
        many = [card(f"No. {number}") for number in range(1_200)]
        await under_test.cards.put(many)
        assert await under_test.cards.get([each.user_id for each in many]) == {
            each.user_id: each for each in many
        }
