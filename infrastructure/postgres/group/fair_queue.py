"""What waits for the next batch: bounded, in order of priority, and fair between lanes."""

from bisect import insort
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

_EIGHTHS = 8


class QueueFull(Exception):
    """There is no room for this item at the moment."""


class _Lane(Generic[T]):
    """What waits of one kind, the oldest first, by identity."""

    __slots__ = ("items", "key", "level")

    def __init__(self, key: Hashable, level: "_Level[T]") -> None:
        self.key = key
        self.level = level
        self.items: OrderedDict[int, T] = OrderedDict()


class _Level(Generic[T]):
    """What waits at one priority. No lane is empty; `turns` are the same lanes, the next first."""

    __slots__ = ("lanes", "priority", "room", "turns")

    def __init__(self, priority: int, room: int) -> None:
        self.priority = priority
        self.room = room
        self.lanes: dict[Hashable, _Lane[T]] = {}
        self.turns: OrderedDict[int, _Lane[T]] = OrderedDict()

    def __lt__(self, other: "_Level[T]") -> bool:
        return self.priority < other.priority


class FairQueue(Generic[T]):
    """Everything is O(1) for each item, however much waits and in however many lanes.

    Lower priorities come first, always or as a rule (`other_turns`). Within one the lanes take
    turns, an item each, so that a long lane delays nobody else's first item; within a lane the
    order is that of coming. Items are told apart by identity.
    """

    __slots__ = (
        "_by_priority",
        "_levels",
        "_most",
        "_most_per_lane",
        "_other_turns",
        "_places",
        "_takes",
    )

    def __init__(self, most: int, most_per_lane: int, *, other_turns: int = 0) -> None:
        """At most `most` items in all, of which each priority leaves an eighth to the one before
        it: what is put at 1 finds seven eighths of the room. At most `most_per_lane` in a lane,
        for each priority by itself. Every so many takes, `other_turns`, the priorities come first
        in turn, so that none waits for ever behind another; 0 for never."""
        self._most = most
        self._most_per_lane = most_per_lane
        self._other_turns = other_turns
        self._takes = 0
        self._by_priority: dict[int, _Level[T]] = {}
        self._levels: list[_Level[T]] = []
        self._places: dict[int, _Lane[T]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def full(self, priority: int) -> bool:
        """Whether there is no room in all for one more of that priority."""
        level = self._by_priority.get(priority) or self._open_level(priority)
        return len(self._places) >= level.room

    def put(self, lane: Hashable, item: T, priority: int) -> None:
        """Raises QueueFull, and ValueError for an item that waits already."""
        places = self._places
        level = self._by_priority.get(priority)
        if level is None:
            level = self._open_level(priority)
        if len(places) >= level.room:
            raise QueueFull
        ident = id(item)
        if ident in places:
            raise ValueError("this item is in the queue already")
        found = level.lanes.get(lane)
        if found is None:
            if self._most_per_lane < 1:
                raise QueueFull
            found = _Lane(lane, level)
            level.lanes[lane] = found
            level.turns[id(found)] = found
        elif len(found.items) >= self._most_per_lane:
            raise QueueFull
        found.items[ident] = item
        places[ident] = found

    def take(self, most: int) -> list[T]:
        """The next items, at most that many, and none twice."""
        taken: list[T] = []
        places = self._places
        for level in self._in_order() if self._other_turns else self._levels:
            turns = level.turns
            while turns and len(taken) < most:
                turn, lane = turns.popitem(last=False)
                items = lane.items
                # Alone it takes every turn.
                for _ in range(1 if turns else min(len(items), most - len(taken))):
                    ident, item = items.popitem(last=False)
                    del places[ident]
                    taken.append(item)
                if items:
                    turns[turn] = lane
                else:
                    del level.lanes[lane.key]
        return taken

    def drop(self, item: T) -> bool:
        """Takes it out, for its caller went away; false if it is not there any more. The others
        keep their turns."""
        lane = self._places.pop(id(item), None)
        if lane is None:
            return False
        del lane.items[id(item)]
        if not lane.items:
            del lane.level.turns[id(lane)]
            del lane.level.lanes[lane.key]
        return True

    def _in_order(self) -> list[_Level[T]]:
        self._takes += 1
        turn, rest = divmod(self._takes, self._other_turns)
        if rest or not self._levels:
            return self._levels
        return [self._levels[turn % len(self._levels)], *self._levels]

    def _open_level(self, priority: int) -> _Level[T]:
        level: _Level[T] = _Level(priority, self._most - priority * self._most // _EIGHTHS)
        self._by_priority[priority] = level
        insort(self._levels, level)
        return level
