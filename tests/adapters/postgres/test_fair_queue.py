"""The queue in front of group commits, against a plain model that walks through lists."""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from infrastructure.postgres.group.fair_queue import FairQueue, QueueFull


@dataclass(slots=True, eq=False)
class Item:
    """Apart from any other of the same name."""

    name: str


def filled(queue: FairQueue[Item], lane: str, count: int, priority: int = 1) -> None:
    for number in range(count):
        queue.put(lane, Item(f"{lane}{number}"), priority)


def names(items: list[Item]) -> str:
    return " ".join(each.name for each in items)


def test_lanes_take_turns_and_keep_their_order() -> None:
    queue: FairQueue[Item] = FairQueue(100, 100)
    filled(queue, "hot", 4)
    filled(queue, "a", 2)
    filled(queue, "b", 1)
    assert names(queue.take(100)) == "hot0 a0 b0 hot1 a1 hot2 hot3"
    assert len(queue) == 0 and queue.take(1) == []


def test_turns_go_on_where_the_last_batch_ended() -> None:
    queue: FairQueue[Item] = FairQueue(100, 100)
    filled(queue, "hot", 3)
    filled(queue, "a", 2)
    filled(queue, "b", 2)
    assert names(queue.take(2)) == "hot0 a0"
    assert names(queue.take(2)) == "b0 hot1"
    filled(queue, "new", 1)
    assert names(queue.take(9)) == "a1 b1 hot2 new0"


def test_lower_priorities_come_first() -> None:
    queue: FairQueue[Item] = FairQueue(100, 100)
    filled(queue, "reads", 1, priority=2)
    filled(queue, "holds", 2, priority=1)
    filled(queue, "payments", 2, priority=0)
    assert names(queue.take(3)) == "payments0 payments1 holds0"
    filled(queue, "late", 1, priority=0)
    assert names(queue.take(3)) == "late0 holds1 reads0"


def test_no_priority_waits_for_ever() -> None:
    queue: FairQueue[Item] = FairQueue(1000, 1000, other_turns=4)
    filled(queue, "lists", 3, priority=3)
    filled(queue, "reads", 3, priority=2)
    filled(queue, "payments", 90, priority=0)
    taken = [queue.take(1)[0].name for _ in range(24)]
    others = {n: name for n, name in enumerate(taken, 1) if not name.startswith("payments")}
    assert others == {4: "reads0", 8: "lists0", 16: "reads1", 20: "lists1"}


def test_whether_there_is_room_is_told_before() -> None:
    queue: FairQueue[Item] = FairQueue(16, 100)
    filled(queue, "any", 10)
    assert [queue.full(priority) for priority in range(4)] == [False, False, False, True]
    filled(queue, "any", 6, priority=0)
    assert all(queue.full(priority) for priority in range(4))


def test_a_full_lane_keeps_nobody_else_out() -> None:
    queue: FairQueue[Item] = FairQueue(100, 3)
    filled(queue, "hot", 3)
    with pytest.raises(QueueFull):
        queue.put("hot", Item("too many"), 1)
    filled(queue, "hot", 1, priority=0)
    filled(queue, "a", 1)
    assert len(queue) == 5


def test_each_priority_leaves_room_to_the_one_before_it() -> None:
    queue: FairQueue[Item] = FairQueue(16, 100)
    for priority, room in ((3, 10), (2, 12), (1, 14), (0, 16)):
        filled(queue, "any", room - len(queue), priority)
        with pytest.raises(QueueFull):
            queue.put("other", Item("too many"), priority)
    assert len(queue) == 16


def test_who_is_dropped_frees_a_place_at_once() -> None:
    queue: FairQueue[Item] = FairQueue(2, 2)
    first, second = Item("first"), Item("second")
    queue.put("a", first, 0)
    queue.put("a", second, 0)
    assert queue.drop(first) and not queue.drop(first)
    queue.put("a", Item("third"), 0)
    assert names(queue.take(9)) == "second third"
    assert not queue.drop(second)


def test_nobody_waits_twice() -> None:
    queue: FairQueue[Item] = FairQueue(9, 9)
    item = Item("one")
    queue.put("a", item, 0)
    with pytest.raises(ValueError, match="already"):
        queue.put("b", item, 1)
    queue.put("a", Item("one"), 0)
    assert len(queue) == 2


def test_nothing_is_left_of_those_who_have_gone() -> None:
    """However many lanes there were: a process lives for weeks."""
    queue: FairQueue[Item] = FairQueue(10, 10)
    for number in range(1000):
        gone, taken = Item("gone"), Item("taken")
        queue.put(number, gone, 1)
        queue.put(-number, taken, 1)
        queue.drop(gone)
        assert queue.take(1) == [taken]
    (level,) = queue._levels
    assert not level.lanes and not level.turns and not queue._places


def test_a_queue_without_room() -> None:
    with pytest.raises(QueueFull):
        FairQueue[Item](0, 5).put("a", Item("one"), 0)
    with pytest.raises(QueueFull):
        FairQueue[Item](5, 0).put("a", Item("one"), 0)


@dataclass(slots=True)
class Model:
    """The same promises, in lists of (lane, its items), the next lane first."""

    most: int
    most_per_lane: int
    waiting: dict[int, list[tuple[str, list[Item]]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(items) for lanes in self.waiting.values() for _, items in lanes)

    def put(self, lane: str, item: Item, priority: int) -> None:
        lanes = self.waiting.setdefault(priority, [])
        items = next((items for name, items in lanes if name == lane), [])
        if len(self) >= self.most - priority * self.most // 8 or len(items) >= self.most_per_lane:
            raise QueueFull
        if not items:
            lanes.append((lane, items))
        items.append(item)

    def take(self, most: int) -> list[Item]:
        taken: list[Item] = []
        for _, lanes in sorted(self.waiting.items()):
            while lanes and len(taken) < most:
                name, items = lanes.pop(0)
                taken.append(items.pop(0))
                if items:
                    lanes.append((name, items))
        return taken

    def drop(self, item: Item) -> None:
        for lanes in self.waiting.values():
            for _, items in lanes:
                items[:] = [each for each in items if each is not item]
            lanes[:] = [(name, items) for name, items in lanes if items]


class Queues(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.queue: FairQueue[Item] = FairQueue(12, 4)
        self.model = Model(12, 4)
        self.seen: list[Item] = []

    @rule(lane=st.sampled_from("abcd"), priority=st.integers(0, 3), count=st.integers(1, 4))
    def put(self, lane: str, priority: int, count: int) -> None:
        for _ in range(count):
            item = Item(f"{lane}{len(self.seen)}")
            self.seen.append(item)
            refused = [_refuses(each, lane, item, priority) for each in (self.queue, self.model)]
            assert refused[0] == refused[1]

    @rule(most=st.integers(0, 6))
    def take(self, most: int) -> None:
        assert self.queue.take(most) == self.model.take(most)

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.seen))
        before = len(self.queue)
        dropped = self.queue.drop(item)
        self.model.drop(item)
        assert dropped == (len(self.model) < before)

    @invariant()
    def as_many(self) -> None:
        assert len(self.queue) == len(self.model)

    def teardown(self) -> None:
        assert self.queue.take(100) == self.model.take(100)


def _refuses(queue: "FairQueue[Item] | Model", lane: str, item: Item, priority: int) -> bool:
    try:
        queue.put(lane, item, priority)
    except QueueFull:
        return True
    return False


Queues.TestCase.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
TestAgainstTheModel = Queues.TestCase
