"""From what has happened to the letters that are written about it."""

from collections.abc import Callable
from datetime import timedelta

from application.messaging.dispatch import Dispatcher
from application.messaging.message import Message
from application.notification.noting import notifications_consumer
from application.ports.mail import Letter
from application.ports.mail_queue import Mail
from tests.application.money.house import House
from tests.contracts.log import LogHarness, everything
from tests.contracts.world import IDS

PAUSE = timedelta(seconds=5)


async def tell(house: House) -> list[Message]:
    """The consumer reads the whole log."""
    assert isinstance(house.harness, LogHarness)
    messages = await everything(house.harness.log)
    await consumer(house)(messages)
    return messages


def consumer(house: House) -> Dispatcher:
    return Dispatcher(
        begin=house.begin,
        consumer=notifications_consumer(IDS),
        observer=house.observer,
        pause=PAUSE,
    )


async def waiting(house: House) -> list[Mail]:
    """In the queue, due or not; others than these are not made here."""
    await house.pass_time(timedelta(seconds=2))
    async with house.begin(house.system()) as work:
        return [mail for mail, _ in await work.mails.waiting(limit=1000)]


async def kinds(house: House) -> list[str]:
    return sorted(mail.kind.value for mail in await waiting(house))


async def letters(house: House) -> list[Letter]:
    """What the consumer and the job of mails make of what has happened."""
    await tell(house)
    await waiting(house)
    while await house.run("send_mails"):
        pass
    sent, house.letters.letters = house.letters.letters, []
    return sent


async def retell(house: House, type: str, change: Callable[[Message], Message]) -> None:
    """Tells the messages of a type, changed."""
    assert isinstance(house.harness, LogHarness)
    messages = await everything(house.harness.log)
    await consumer(house)([change(each) for each in messages if each.type == type])
