"""Who is written what, and what becomes of it: from the log to the letter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.event.cancel_event import CancelEvent
from application.notification.noting import SENT_WITHIN, TOLD_WITHIN
from application.order.cancel_order import CancelOrder
from application.order.refund_order import RefundOrder
from application.payment.offline import OFFLINE
from application.ports.mail_queue import MailKind
from application.views.order import OrderView
from domain.order.order import Order
from domain.order.refund import LATE_PAYMENT, Refund
from shared.ids import EventId, HoldId, OrderId, PaymentId, RefundId
from shared.money import Money
from tests.application.money.bank import Bank
from tests.application.money.house import HOURS, House
from tests.contracts.calendars import unfolded
from tests.contracts.log import LogHarness
from tests.contracts.notified import consumer, kinds, letters, retell, tell, waiting
from tests.contracts.world import IDS, Caller, Sale, draft, kind, new_key


class NotificationsContract:
    @pytest.fixture
    async def house(self, harness: LogHarness) -> House:
        return await House(harness, Bank(lambda: datetime.now(UTC))).open()

    async def bought(self, house: House, quantity: int = 1) -> OrderView:
        buyer = await house.user()
        order = await house.checkout(buyer, quantity)
        await house.pay(buyer, order.id)
        return order

    async def free(self, house: House) -> tuple[Caller, OrderView]:
        event = draft(house.organizer_id, kind("Free", 10, price=0))
        sale = Sale(await house.add(event.publish(at=await house.now())))
        buyer = await house.user()
        hold = await house.hold(buyer, sale, {"Free": 2})
        return buyer, await house.order(buyer, HoldId(hold.id))

    async def test_a_buyer_gets_the_tickets(self, house: House) -> None:
        order = await self.bought(house, 2)
        [letter] = await letters(house)
        codes = {ticket.code for ticket in await house.tickets(order.id)}
        assert len(codes) == 2 and all(code in letter.text for code in codes)
        assert letter.to == "ada@example.com" and order.number in letter.subject
        for said in ('"Concert"', '"Town"', "Town hall", "Hello Ada,", f"/orders/{order.id}"):
            assert said in letter.text
        assert "2 x Standing: 20.00 EUR\nIn all: 20.00 EUR" in letter.text
        assert "22:00 (Europe/Berlin)" in letter.text
        [file] = letter.attachments
        assert (file.name, file.kind, file.parameters["method"]) == (
            "event.ics",
            "text/calendar",
            "PUBLISH",
        )
        date = dict(unfolded(file.content))
        assert date["UID"] == f"{order.id}.{house.sale_of.event.id}@holdfast"
        assert (date["DTSTART"], date["SUMMARY"]) == ("20300601T200000Z", "Concert")

    async def test_no_code_waits_in_the_queue(self, house: House) -> None:
        order = await self.bought(house)
        await tell(house)
        [mail] = await waiting(house)
        assert (mail.kind, mail.subject_id) == (MailKind.ORDER_CONFIRMED, order.id)
        [ticket] = await house.tickets(order.id)
        assert ticket.code not in repr(mail)
        assert mail.expires_at == mail.created_at + SENT_WITHIN

    async def test_a_message_that_comes_again_is_no_second_mail(self, house: House) -> None:
        await self.bought(house)
        for _ in range(3):
            await tell(house)
        assert await kinds(house) == ["ORDER_CONFIRMED"]
        assert len(await letters(house)) == 1
        assert await letters(house) == []

    async def test_the_past_is_not_told(self, house: House) -> None:
        await self.bought(house)
        await house.pass_time(TOLD_WITHIN)
        await tell(house)
        await self.bought(house)
        await tell(house)
        assert await kinds(house) == ["ORDER_CONFIRMED"]

    async def test_tests_write_to_nobody(self, house: House) -> None:
        await self.bought(house)
        await retell(house, "order.confirmed", lambda message: replace(message, live=False))
        assert await kinds(house) == []

    async def test_poison_goes_to_the_dead_letters_and_keeps_nobody(self, house: House) -> None:
        assert isinstance(house.harness, LogHarness)
        await self.bought(house)
        lost = IDS.uuid()
        await retell(
            house, "order.confirmed", lambda each: replace(each, id=lost, aggregate_id=lost)
        )
        await tell(house)
        assert await kinds(house) == ["ORDER_CONFIRMED"]
        for _ in range(9):
            await house.pass_time(timedelta(hours=1))
            await consumer(house).retry(10)
        async with house.begin(house.system()) as work:
            dead = await work.consumed.dead("notifications", limit=10)
        [letter] = dead
        assert (letter.message.id, letter.attempts) == (lost, 5)
        assert letter.error.startswith("ORDER_NOT_FOUND")

    async def test_who_lets_an_order_expire_knows(self, house: House) -> None:
        await house.checkout(await house.user())
        await house.pass_time(timedelta(minutes=6))
        assert await house.run("expire_orders") == 1
        await tell(house)
        assert await kinds(house) == []

    async def test_money_that_did_not_come_by_itself_is_told(self, house: House) -> None:
        buyer = await house.user()
        order = await house.checkout(buyer)
        payment = await house.pay(buyer, order.id, OFFLINE)
        await house.pass_time(timedelta(hours=HOURS, minutes=1))
        while (await house.stored_order(order.id)).state.name != "EXPIRED":
            await house.run("finish_payments", "expire_orders")
        await tell(house)
        [mail] = await waiting(house)
        assert mail.kind is MailKind.ORDER_LAPSED
        [letter] = await letters(house)
        assert "Please do not send the 10.00 EUR any more" in letter.text
        assert not letter.attachments
        # It came after all, and before the next such letter is written.
        await house.confirm(order.id, payment.id)
        [confirmed] = await letters(house)
        assert "Your tickets" in confirmed.subject

    async def test_what_is_no_longer_so_is_not_told(self, house: House) -> None:
        buyer = await house.user()
        order = await house.checkout(buyer)
        payment = await house.pay(buyer, order.id, OFFLINE)
        await house.pass_time(timedelta(hours=HOURS, minutes=1))
        while (await house.stored_order(order.id)).state.name != "EXPIRED":
            await house.run("finish_payments", "expire_orders")
        await house.confirm(order.id, payment.id)
        assert ["Your tickets" in each.subject for each in await letters(house)] == [True]

    async def test_who_cancelled_is_not_told(self, house: House) -> None:
        buyer = await house.user()
        for by, told in ((buyer, []), (house.owner, ["ORDER_CANCELLED"])):
            order = await house.checkout(buyer)
            command = CancelOrder(order_id=order.id)
            await house.application.orders.cancel(command, by.ctx(new_key()))
            await tell(house)
            assert await kinds(house) == told
        [letter] = await letters(house)
        assert '"Town" has cancelled your order' in letter.text

    async def test_money_that_goes_back_is_told_when_it_did(self, house: House) -> None:
        order = await self.bought(house, 3)
        assert len(await letters(house)) == 1
        tickets = await house.tickets(order.id)
        command = RefundOrder(
            order_id=order.id, amount=None, ticket_ids=(tickets[0].id,), reason="Ill"
        )
        await house.application.orders.refund(command, house.owner.ctx(new_key()))
        [letter] = await letters(house)
        assert "10.00 EUR of your order" in letter.text and order.number in letter.subject
        assert "not valid any more: 1. Valid tickets of this order: 2." in letter.text
        assert all(ticket.code not in letter.text for ticket in tickets)
        await house.refund(order.id)
        [letter] = await letters(house)
        assert "20.00 EUR of your order" in letter.text
        assert "No ticket of this order is valid any more." in letter.text

    async def test_a_refund_that_is_only_asked_for_is_not_told(self, house: House) -> None:
        order = await self.bought(house)
        assert len(await letters(house)) == 1
        house.bank.down = True
        await house.refund(order.id)
        assert await letters(house) == []
        house.bank.down = False
        await house.pass_time(timedelta(minutes=10))
        await house.run("finish_refunds")
        assert ["Refund" in each.subject for each in await letters(house)] == [True]

    async def test_money_that_came_too_late_is_told(self, house: House) -> None:
        order = await self.bought(house)
        assert len(await letters(house)) == 1
        await self.late_refund(house, order.id)
        [letter] = await letters(house)
        assert "came too late" in letter.subject and "10.00 EUR go back" in letter.text

    async def late_refund(self, house: House, order_id: OrderId) -> None:
        """As the purchase process asks for it."""
        async with house.begin(house.system()) as work:
            [payment] = await work.payments.of_order(order_id)
            refund = Refund.request(
                id=RefundId(IDS.uuid()),
                payment_id=PaymentId(payment.id),
                order_id=order_id,
                amount=Money(1000, "EUR"),
                reason=LATE_PAYMENT,
                at=await work.now(),
            )
            work.refunds.add(refund)
            await work.commit(None)

    async def test_a_promise_that_was_not_kept_is_told(self, house: House) -> None:
        order = await self.failed(house)
        [letter] = await letters(house)
        assert "could not be paid" in letter.subject and "10.00 EUR were not taken" in letter.text
        assert order.number in letter.subject

    async def failed(self, house: House) -> Order:
        """Its money was promised, and could not be taken."""
        placed = await house.checkout(await house.user())
        async with house.begin(house.system()) as work:
            order, now = await work.orders.get(placed.id), await work.now()
            hold = await work.holds.get(placed.hold_id)
            assert order is not None and hold is not None
            work.orders.save(order.commit(at=now))
            work.holds.save(hold.convert(at=now))
            await work.commit(None)
        async with house.begin(house.system()) as work:
            order = await work.orders.get(placed.id)
            assert order is not None
            work.orders.save(order := order.fail(at=await work.now()))
            work.stock.give_back(order.lines)
            return await work.commit(order)

    async def test_everybody_hears_of_a_cancelled_event(self, house: House) -> None:
        paid = [await self.bought(house), await self.bought(house, 2)]
        buyer = await house.user()
        pending = await house.checkout(buyer)
        gone = await house.checkout(buyer)
        await house.application.orders.cancel(CancelOrder(order_id=gone.id), buyer.ctx(new_key()))
        assert len(await letters(house)) == 2
        event_id = EventId(house.sale_of.event.id)
        await house.application.events.cancel(CancelEvent(event_id=event_id), house.owner.ctx())
        told = await letters(house)
        assert all(each.subject.startswith("Cancelled") for each in told)
        numbers = {each.subject.split()[-3] for each in told}
        assert numbers == {order.number for order in (*paid, pending)}
        for each in told:
            waits = pending.number in each.subject
            assert ("nothing to pay any more" in each.text) == waits
            assert ("goes back to where it came from" in each.text) != waits
            [file] = each.attachments
            said = dict(unfolded(file.content))
            assert file.parameters["method"] == said["METHOD"] == "CANCEL"
            assert int(said["SEQUENCE"]) > 1
        uids = {dict(unfolded(each.attachments[0].content))["UID"] for each in told}
        assert uids == {f"{order.id}.{event_id}@holdfast" for order in (*paid, pending)}
        await house.run("refund_cancelled_events", "finish_refunds")
        assert ["Refund" in each.subject for each in await letters(house)] == [True, True]

    async def test_tickets_of_a_cancelled_event_are_not_sent(self, house: House) -> None:
        """Bought just before: the letters of both are under way at once."""
        await self.bought(house)
        event_id = EventId(house.sale_of.event.id)
        await house.application.events.cancel(CancelEvent(event_id=event_id), house.owner.ctx())
        assert [each.subject.split()[0] for each in await letters(house)] == ["Cancelled:"]

    async def test_a_free_order_of_a_cancelled_event_is_told_once(self, house: House) -> None:
        _, order = await self.free(house)
        assert len(await letters(house)) == 1
        command = CancelEvent(event_id=order.event_id)
        await house.application.events.cancel(command, house.owner.ctx())
        assert await house.run("refund_cancelled_events") == 1
        assert [each.subject.split()[0] for each in await letters(house)] == ["Cancelled:"]

    async def test_another_date_is_told(self, house: House) -> None:
        order = await self.bought(house)
        await house.checkout(await house.user())
        [first] = await letters(house)
        await self.change(house, description="Another evening of music.")
        assert await letters(house) == []
        event = house.sale_of.event.details
        await self.change(house, starts_at=event.starts_at + timedelta(minutes=90))
        [letter] = await letters(house)
        assert order.number in letter.subject and "23:30 (Europe/Berlin)" in letter.text
        before, after = (dict(unfolded(each.attachments[0].content)) for each in (first, letter))
        assert before["UID"] == after["UID"] and after["METHOD"] == "PUBLISH"
        assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
        assert after["DTSTART"] == "20300601T213000Z"

    async def change(self, house: House, **changes: object) -> None:
        async with house.begin(house.system()) as work:
            event = await work.events.get(EventId(house.sale_of.event.id))
            assert event is not None
            details = replace(event.details, **changes)  # type: ignore[arg-type]
            work.events.save(event.update(details, at=await work.now()))
            await work.commit(None)
