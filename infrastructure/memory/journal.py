"""The writes of one commit, kept so that they can be taken back together."""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Journal:
    """All or none: `undo` restores what was there before the first write."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        if key in table:
            before = table[key]
            self._undo.append(lambda: table.__setitem__(key, before))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = value

    def remove(self, table: dict[K, V], key: K) -> None:
        before = table.pop(key)
        self._undo.append(lambda: table.__setitem__(key, before))

    def append(self, groups: dict[K, tuple[V, ...]], key: K, value: V) -> None:
        """Adds to the group of that key."""
        self.put(groups, key, (*groups.get(key, ()), value))

    def discard(self, groups: dict[K, tuple[V, ...]], key: K, value: V) -> None:
        """Takes it out of the group of that key; an empty group is no group."""
        left = tuple(each for each in groups[key] if each != value)
        if left:
            self.put(groups, key, left)
        else:
            self.remove(groups, key)

    def undo(self) -> None:
        while self._undo:
            self._undo.pop()()
