"""What exists by now, as it was seen in answers, so that requests can be about it."""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from random import Random
from typing import Any, Final
from zlib import crc32

from tests.fuzz.words import Fresh, is_reference, places

_KEPT: Final = 200
STATE: Final = "state"


class Things:
    """Remembers things as the references in them, their own first: a hold is {"hold_id": …,
    "event_id": …, "ticket_type_id": …}.

    References that came together belong together: the ticket type is one of that event. Which
    operation goes well with things in which state is learned on the way.
    """

    def __init__(self) -> None:
        self._seen: deque[Mapping[str, str]] = deque(maxlen=_KEPT)
        self._single: dict[str, deque[str]] = {}
        self._states: dict[str, str] = {}
        self._went: Counter[tuple[str, str, bool]] = Counter()

    def forget(self) -> None:
        """Whoever asks from now on is somebody else, and all of it is foreign to them. What was
        learned about operations stays."""
        self._seen.clear()
        self._single.clear()

    def remember(self, found: Mapping[str, str]) -> None:
        """`found` may have the state the thing is in now."""
        references = {name: value for name, value in found.items() if name != STATE}
        if not references:
            return
        own = next(iter(references))
        if STATE in found:
            self._states[references[own]] = found[STATE]
        if all(each.get(own) != references[own] for each in self._seen):
            self._seen.append(references)
        for name, value in references.items():
            known = self._single.setdefault(name, deque(maxlen=_KEPT))
            if value not in known:
                known.append(value)

    def learn(self, operation: str, sent: Iterable[str], *, well: bool) -> None:
        """How it went with these references; told before the answer is remembered."""
        for value in sent:
            if value in self._states:
                self._went[operation, self._states[value], well] += 1

    def pick(self, operation: str, wanted: Collection[str], random: Random) -> Mapping[str, str]:
        """Values for as many of these names as possible; ids are of one thing if one has all."""
        ids = [name for name in wanted if name.endswith("_id")]
        together = [each for each in self._seen if all(name in each for name in ids)]
        found = {}
        if ids and together and random.random() < 0.9:
            used = {value for each in self._seen for value in list(each.values())[1:]}
            chances = [self._chance(operation, ids, each, used) for each in together]
            (thing,) = random.choices(together, chances)
            found = {name: thing[name] for name in ids}
        for name in wanted:
            if name not in found and name in self._single:
                found[name] = random.choice(tuple(self._single[name]))
        return found

    def _chance(
        self,
        operation: str,
        wanted: Collection[str],
        thing: Mapping[str, str],
        used: Collection[str],
    ) -> float:
        own, value = next(iter(thing.items()))
        state = self._states.get(value, "")
        well, badly = self._went[operation, state, True], self._went[operation, state, False]
        chance = (well + 0.2) / (well + badly + 0.4)
        if own not in wanted:
            chance *= 0.2  # an order has a hold as well, which is of no use for another order
        if value in used:
            chance *= 0.15  # so has a hold that has an order
        if crc32(f"{operation} {value}".encode()) % 2:
            chance *= 0.02  # half of the things are left to others: not every order is cancelled
        return chance


def refer(
    body: dict[str, Any], operation: str, things: Things, fresh: Fresh, random: Random
) -> None:
    """Puts references to what exists into a request; what only one can have is new half of the
    time."""
    wanted = [place for place in places(body) if is_reference(place[1])]
    found = things.pick(operation, sorted({name for _, name in wanted}), random)
    for holder, name in wanted:
        new = None if name.endswith("_id") else fresh.like(holder[name])
        if new is not None and (random.random() < 0.5 or name not in found):
            holder[name] = new
        elif name in found:
            holder[name] = found[name]
