"""Mails that wait: none is lost, whoever sends them."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from application.order.ending import cancel
from application.order.fulfilment import confirm, take_over
from application.ports.mail_queue import Mail, MailKind
from application.views.order import OrderView
from shared.ids import EventId, MailId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, Sale, World, crowd, kind, new_email

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class MailQueueContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def add(self, world: World, about: MailKind = MailKind.VERIFY_EMAIL) -> Mail:
        invites = about is MailKind.INVITATION
        async with world.begin(world.anonymous()) as work:
            now = await work.now()
            mail = Mail(
                id=MailId(IDS.uuid()),
                kind=about,
                to=new_email(),
                subject_id=None if about is MailKind.PASSWORD_CHANGED else IDS.uuid(),
                name="Ada Löwe",
                organizer_name="Town" if invites else None,
                role="FINANCE" if invites else None,
                created_at=now,
                expires_at=now + timedelta(hours=1),
            )
            work.mails.add(mail)
            return await work.commit(mail)

    async def waiting(self, world: World, limit: int = 100) -> list[tuple[Mail, int]]:
        async with world.begin(world.system()) as work:
            return list(await work.mails.waiting(limit=limit))

    async def postpone(self, world: World, mail: Mail, by: timedelta) -> None:
        async with world.begin(world.system()) as work:
            work.mails.postpone(mail, until=await work.now() + by)
            await work.commit(None)

    async def done(self, world: World, mail: Mail) -> None:
        async with world.begin(world.system()) as work:
            work.mails.done(mail)
            await work.commit(None)

    @pytest.mark.parametrize("about", MailKind)
    async def test_a_mail_waits_as_it_was_written(self, world: World, about: MailKind) -> None:
        mail = await self.add(world, about)
        for _ in range(2):
            assert await self.waiting(world) == [(mail, 0)]

    async def test_only_what_is_committed_waits(self, world: World) -> None:
        mail = await self.add(world)
        async with world.begin(world.anonymous()) as work:
            work.mails.add(mail)
        assert await self.waiting(world) == [(mail, 0)]

    async def test_the_longest_waiting_comes_first(self, world: World) -> None:
        mails = [await self.add(world) for _ in range(3)]
        assert await self.waiting(world, limit=2) == [(mails[0], 0), (mails[1], 0)]
        await self.postpone(world, mails[0], timedelta(0))
        order = [mail.id for mail, _ in await self.waiting(world)]
        assert order == [mails[1].id, mails[2].id, mails[0].id]

    async def orders(self, world: World, sale: Sale, *states: str) -> dict[str, OrderView]:
        """One in each of these states; of one that is `DUE` the deadline has passed."""
        buyer, made = await world.user(), {}
        for state in states:
            made[state] = view = await world.order(
                buyer, (await world.hold(buyer, sale, {"Standing": 1})).id
            )
            if state in ("PENDING_PAYMENT", "DUE"):
                continue
            async with world.begin(world.system()) as work:
                order, hold = await work.orders.get(view.id), await work.holds.get(view.hold_id)
                now = await work.now()
                assert order is not None and hold is not None
                if state == "CANCELLED":
                    cancel(work, order, hold, paying=False, at=now)
                else:
                    take_over(work, order, hold, at=now)
                    order = order.commit(at=now)
                    if state != "COMMITTING":
                        order = confirm(work, order, ids=IDS, at=now)
                    if state in ("PARTIALLY_REFUNDED", "REFUNDED"):
                        order = order.note_refunded(1000 if state == "REFUNDED" else 1, at=now)
                    work.orders.save(order)
                await work.commit(None)
        return made

    async def announce(
        self, world: World, sale: Sale, *, everybody: bool, at: datetime | None = None
    ) -> dict[UUID | None, Mail]:
        async with world.begin(world.system()) as work:
            now = at or await work.now()
            work.mails.add_for_orders(
                MailKind.EVENT_CANCELLED if everybody else MailKind.EVENT_CHANGED,
                EventId(sale.event.id),
                everybody=everybody,
                created_at=now,
                expires_at=now + timedelta(hours=1),
            )
            await work.commit(None)
        await world.harness.pass_time(MINUTE)
        found = [mail for mail, _ in await self.waiting(world)]
        assert len({mail.id for mail in found}) == len(found)
        return {mail.subject_id: mail for mail in found}

    async def test_mails_about_the_orders_of_an_event(self, world: World) -> None:
        sale, other = await world.sale(kind("Standing", 99)), await world.sale(kind("Standing", 9))
        told = ["CONFIRMED", "PARTIALLY_REFUNDED"]
        orders = await self.orders(
            world, sale, *told, "PENDING_PAYMENT", "COMMITTING", "REFUNDED", "CANCELLED"
        )
        await self.orders(world, other, "CONFIRMED")
        mails = await self.announce(world, sale, everybody=False)
        assert set(mails) == {orders[state].id for state in told}
        mail = mails[orders["CONFIRMED"].id]
        assert (mail.kind, mail.to, mail.name) == (
            MailKind.EVENT_CHANGED,
            "ada@example.com",
            "Ada",
        )
        assert mail.expires_at - mail.created_at == timedelta(hours=1)

    async def test_everybody_is_whoever_it_still_concerns(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 99))
        await self.orders(world, sale, "REFUNDED", "DUE")
        await world.harness.pass_time(timedelta(hours=1))
        since = await world.now()
        told = [
            *("CONFIRMED", "PARTIALLY_REFUNDED", "PENDING_PAYMENT", "COMMITTING", "REFUNDED"),
        ]
        orders = await self.orders(world, sale, *told, "CANCELLED")
        mails = await self.announce(world, sale, everybody=True, at=since)
        assert set(mails) == {orders[state].id for state in told}

    async def test_they_are_due_one_after_the_other(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So what comes with them, or after them, need not wait for all."""
        for adapter in ("memory", "postgres"):
            monkeypatch.setattr(f"infrastructure.{adapter}.mail_queue.APART", HOUR)
        sale = await world.sale(kind("Standing", 99))
        for _ in range(2):
            await self.orders(world, sale, "CONFIRMED", "PARTIALLY_REFUNDED")
        async with world.begin(world.system()) as work:
            now = await work.now()
            expires_at = now + HOUR
            event_id = EventId(sale.event.id)
            work.mails.add_for_orders(
                MailKind.EVENT_CHANGED,
                event_id,
                everybody=False,
                created_at=now,
                expires_at=expires_at,
            )
            other = Mail(
                id=MailId(IDS.uuid()),
                kind=MailKind.PASSWORD_CHANGED,
                to=new_email(),
                subject_id=None,
                name="Ada",
                organizer_name=None,
                role=None,
                created_at=now,
                expires_at=expires_at,
            )
            work.mails.add(other)
            await work.commit(None)
        assert await self.waiting(world) == [(other, 0)]
        for later in range(1, 5):
            await world.harness.pass_time(HOUR)
            order = [mail.id for mail, _ in await self.waiting(world)]
            assert len(order) == 1 + later and order[0] == other.id

    async def test_what_is_done_is_gone(self, world: World) -> None:
        sent, other = await self.add(world), await self.add(world)
        await self.done(world, sent)
        assert await self.waiting(world) == [(other, 0)]

    async def test_what_is_postponed_comes_back(self, world: World) -> None:
        mail = await self.add(world)
        for attempts in (1, 2):
            await self.postpone(world, mail, MINUTE)
            assert await self.waiting(world) == []
            await world.harness.pass_time(2 * MINUTE)
            ((found, counted),) = await self.waiting(world)
            assert (found.id, counted) == (mail.id, attempts)

    async def test_what_is_in_hand_is_left_alone(self, world: World) -> None:
        """For a while, and it counts as no attempt."""
        mail = await self.add(world)
        async with world.begin(world.system()) as work:
            work.mails.postpone(mail, until=await work.now() + MINUTE, failed=False)
            await work.commit(None)
        assert await self.waiting(world) == []
        await world.harness.pass_time(2 * MINUTE)
        ((found, counted),) = await self.waiting(world)
        assert (found.id, counted) == (mail.id, 0)

    async def test_what_nobody_wants_any_more_is_still_there(self, world: World) -> None:
        """Whoever sends mails decides about it, and deletes it."""
        mail = await self.add(world)
        await world.harness.pass_time(timedelta(hours=2))
        ((found, _),) = await self.waiting(world)
        assert found.id == mail.id and await world.now() >= found.expires_at

    async def test_two_senders(self, world: World) -> None:
        """Both have it in hand: the second end changes nothing, and a postponement that comes
        after the end does not bring it back."""
        mail, other = await self.add(world), await self.add(world)
        outcomes = await crowd(self.done(world, mail) for _ in range(2))
        assert outcomes == [None, None]
        await self.postpone(world, mail, timedelta(0))
        assert await self.waiting(world) == [(other, 0)]

    async def test_many_senders_lose_nothing(self, world: World) -> None:
        mails = [await self.add(world) for _ in range(12)]
        sent: list[MailId] = []

        async def send() -> None:
            while waiting := await self.waiting(world, limit=5):
                for mail, _ in waiting:
                    sent.append(mail.id)
                    await self.done(world, mail)

        await crowd(send() for _ in range(3))
        assert set(sent) == {mail.id for mail in mails}
        assert await self.waiting(world) == []
        await world.harness.check_idle()
