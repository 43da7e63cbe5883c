from collections import Counter

from application.messaging.consumer import Consumer
from application.messaging.dispatch import Dispatcher
from application.messaging.message import Message
from tests.adapters.memory.test_log import OnMemoryWithLog
from tests.contracts.dispatch import GROUP, DispatchContract, Noting
from tests.contracts.world import World

TYPES = frozenset({"user.created", "user.renamed"})


class TestDispatch(OnMemoryWithLog, DispatchContract):
    async def test_what_is_dealt_with_is_told_once(self, world: World) -> None:
        """Not what was known already, nor what failed."""
        first, *others = messages = await self.messages(world)
        effect = Noting(lambda message: message.id == first.id)
        consumer = Consumer(group=GROUP, types=TYPES, effect=effect)
        dispatch = Dispatcher(begin=world.begin, consumer=consumer, observer=world.observer)
        await dispatch(messages)
        await dispatch(messages)
        told = Counter(world.observer.delivered_to)
        dealt_with = [each for each in others if each.aggregate_id != first.aggregate_id]
        assert told == Counter((GROUP, each.occurred_at) for each in dealt_with)

    async def test_what_a_projection_took_is_told(self, world: World) -> None:
        happened = await self.messages(world)
        taken: list[Message] = []

        async def take(messages: tuple[Message, ...]) -> None:
            taken.extend(messages)

        consumer = Consumer(group=GROUP, types=TYPES, projection=take)
        dispatch = Dispatcher(begin=world.begin, consumer=consumer, observer=world.observer)
        await dispatch(happened)
        assert len(world.observer.delivered_to) == len(taken) == len(happened)

    async def test_what_comes_twice_at_once_is_tried_once(self, world: World) -> None:
        """In the order of its first coming: what is late is not done after what followed it."""
        messages = await self.messages(world, 1)
        effect = Noting()
        consumer = Consumer(group=GROUP, types=TYPES, effect=effect)
        dispatch = Dispatcher(begin=world.begin, consumer=consumer, observer=world.observer)
        await dispatch([*messages, *messages])
        assert [each.id for each in effect.runs] == [each.id for each in messages]
