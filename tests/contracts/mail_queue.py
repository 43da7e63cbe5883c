"""Mails that wait: none is lost, whoever sends them."""

from datetime import timedelta

import pytest

from application.ports.mail_queue import Mail, MailKind
from shared.ids import MailId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, World, crowd, new_email

MINUTE = timedelta(minutes=1)


class MailQueueContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def add(self, world: World, kind: MailKind = MailKind.VERIFY_EMAIL) -> Mail:
        invites = kind is MailKind.INVITATION
        async with world.begin(world.anonymous()) as work:
            now = await work.now()
            mail = Mail(
                id=MailId(IDS.uuid()),
                kind=kind,
                to=new_email(),
                subject_id=None if kind is MailKind.PASSWORD_CHANGED else IDS.uuid(),
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

    @pytest.mark.parametrize("kind", MailKind)
    async def test_a_mail_waits_as_it_was_written(self, world: World, kind: MailKind) -> None:
        mail = await self.add(world, kind)
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
