"""What the projections make of messages; the caches behind them have contracts of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from application.event.availability_projection import TYPES, ForgetFigures, availability_consumer
from application.fact_codec import FACT_TYPES, Plain, payload
from application.messaging.message import Message
from application.user import user_projection
from application.user.user_projection import KeepCards
from domain.user.user import User
from infrastructure.memory.figures import MemoryRecentFigures
from infrastructure.memory.user_cards import MemoryUserCards
from shared.facts import Fact
from shared.ids import UserId
from tests.contracts.figures import Sight
from tests.contracts.world import IDS

AT = datetime(2030, 6, 1, tzinfo=UTC)


def message(type: str, key: UUID, said: Mapping[str, Plain]) -> Message:
    return Message(
        id=IDS.uuid(),
        position=1,
        type=type,
        version=1,
        aggregate=type.partition(".")[0],
        aggregate_id=key,
        payload=said,
        occurred_at=AT,
        request_id="request",
        actor="system",
        organizer_id=None,
        live=True,
    )


def of(fact: Fact) -> Message:
    return message(FACT_TYPES[type(fact)].name, fact.aggregate_id, payload(fact))


class TestAvailability:
    def test_whatever_moves_stock_names_its_event(self) -> None:
        """The projection has nothing else to go by."""
        found = {kind.name: set(fact.__annotations__) | _inherited(fact) for fact, kind in NAMED}
        assert found.keys() == TYPES
        assert [name for name, fields in found.items() if "event_id" not in fields] == []

    async def test_it_forgets_the_events_that_are_named(self) -> None:
        now = 0.0
        recent = MemoryRecentFigures(lambda: now)
        sights = [Sight() for _ in range(3)]
        for each in sights:
            await recent.get(each.event_id, pools=[], max_age=60, look=each.look)
        now = 1.0
        consumer = availability_consumer(recent)
        assert consumer.effect is None and consumer.projection is not None
        await consumer.projection(
            (
                message("hold.created", IDS.uuid(), {"event_id": str(sights[0].event_id)}),
                message("ticket.voided", IDS.uuid(), {"event_id": str(sights[1].event_id)}),
                message("order.failed", IDS.uuid(), {"from": "before it named its event"}),
            )
        )
        for each in sights:
            await recent.get(each.event_id, pools=[], max_age=60, look=each.look)
        assert [each.looks for each in sights] == [2, 2, 1]

    async def test_nothing_to_forget(self) -> None:
        await ForgetFigures(MemoryRecentFigures())(())


class TestUsers:
    @pytest.fixture
    def cards(self) -> MemoryUserCards:
        return MemoryUserCards()

    def registered(self, name: str = "Ada") -> User:
        return User.register(
            id=UserId(IDS.uuid()),
            email="ada@example.org",
            name=name,
            password_hash="hash",  # nosec B106: of nothing
            founder=False,
            at=AT,
        )

    async def test_the_last_message_says_all_there_is(self, cards: MemoryUserCards) -> None:
        """A topic that keeps the last one of each user is enough to know everybody."""
        user = self.registered()
        changes: Sequence[Callable[[User], User]] = (
            lambda it: it.verify_email(at=AT),
            lambda it: it.rename("Countess", at=AT),
            lambda it: it.grant_superuser(at=AT),
            lambda it: it.change_password("other", at=AT),
            lambda it: it.revoke_superuser(superusers=[UserId(IDS.uuid())], at=AT),
            lambda it: it.deactivate(by=UserId(IDS.uuid()), superusers=[], at=AT),
            lambda it: it.activate(at=AT),
        )
        for change in changes:
            user = change(user)
            await KeepCards(cards)((of(user.facts[-1]),))
            card = (await cards.get([user.id]))[user.id]
            assert (card.name, card.email_verified, card.active, card.superuser) == (
                user.name,
                user.email_verified,
                user.active,
                user.superuser,
            )

    async def test_nothing_secret_and_no_address(self) -> None:
        user = self.registered().change_password("other-hash", at=AT)
        said = [str(payload(fact)) for fact in user.facts]
        assert len(said) == 2
        assert not any("hash" in each or "@" in each for each in said)

    async def test_in_one_batch_and_again(self, cards: MemoryUserCards) -> None:
        ada, bob = self.registered(), self.registered("Bob")
        later = replace(ada, facts=()).rename("Countess", at=AT)
        batch = tuple(of(fact) for fact in (*ada.facts, *later.facts, *bob.facts))
        for messages in (batch, batch[:1]):
            await KeepCards(cards)(messages)
        found = await cards.get([ada.id, bob.id])
        assert [found[each.id].name for each in (ada, bob)] == ["Countess", "Bob"]

    async def test_of_who_says_too_little_nothing_is_known(self, cards: MemoryUserCards) -> None:
        user = self.registered()
        await KeepCards(cards)((of(user.facts[0]),))
        await KeepCards(cards)((message("user.renamed", user.id, {"user_id": str(user.id)}),))
        assert await cards.get([user.id]) == {}

    def test_all_messages_of_users(self) -> None:
        assert user_projection.users_consumers(None) == ()
        (consumer,) = user_projection.users_consumers(MemoryUserCards())
        assert {"user.created", "user.renamed", "user.deactivated"} < consumer.types
        assert all(each.startswith("user.") for each in consumer.types)


NAMED = [(fact, kind) for fact, kind in FACT_TYPES.items() if kind.name in TYPES]


def _inherited(fact: type[Fact]) -> set[str]:
    return {name for each in fact.__mro__ for name in getattr(each, "__annotations__", {})}
