"""Cells of the matrix, called."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from application.messages import KeyPolicy
from shared.errors import AppError, Code
from tests.matrix.cells import Cell, operations, twins
from tests.matrix.entries import ENTRIES
from tests.matrix.model import MISSING, OMITTED
from tests.matrix.wire import Said, Wire
from tests.matrix.world import World

_PAST_EVERY_WALL = Code.FAILED_PRECONDITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """`values`: what was sent, by field."""

    cell: Cell
    values: Mapping[str, str]
    said: Said

    @property
    def keeps_out(self) -> bool:
        """What a thing is like is told to the rightful only: that is past every wall."""
        reason = self.said.reason
        return reason is not None and AppError.reasons()[reason].code is not _PAST_EVERY_WALL


def takes_key(operation: str) -> bool:
    return operations()[operation].key_policy is not KeyPolicy.NONE


def call_all(cells: Sequence[Cell], wires: Sequence[Wire], world: World) -> list[Called]:
    """All at once, as many at a time as there are wires; they must not be in each other's way."""
    with ThreadPoolExecutor(len(wires)) as threads:
        shares = threads.map(
            lambda at: [call(cell, wires[at], world) for cell in cells[at :: len(wires)]],
            range(len(wires)),
        )
        return [called for share in shares for called in share]


def call(cell: Cell, wire: Wire, world: World) -> Called:
    entry, caller = ENTRIES[cell.operation], cell.caller.name
    values = {
        id.field: id.unknown() if thing is MISSING else world.values[thing.name]
        for id, thing in zip(entry.ids, cell.picks, strict=True)
        if thing is not OMITTED
    }
    if entry.guesses:
        world.forget_guesses()
    token = world.tokens.get(caller)
    if entry.ends_session and not cell.quiet:
        token = world.login(caller)
    keyed = takes_key(cell.operation) and not entry.harmless
    said = wire.call(
        cell.operation,
        entry.request(world.run, values),
        token,
        uuid.uuid4().hex if keyed else None,
    )
    return Called(cell=cell, values=values, said=said)


def wrong(called: Iterable[Called], world: World) -> list[str]:
    """Answers that are not as they have to be."""
    return [
        f"{each.cell}: {each.said.reason} instead of {each.cell.reason}"
        for each in called
        if each.said.reason != each.cell.reason
    ] + [line for each in called if each.said.reason is None for line in _wrong_list(each, world)]


def _wrong_list(called: Called, world: World) -> list[str]:
    cell = called.cell
    if (listing := ENTRIES[cell.operation].lists) is None:
        return []
    return [
        f"{cell}: {'shows' if shown else 'hides'} {thing.name}"
        for thing in listing.things
        if (shown := world.values[thing.name].encode() in called.said.without(called.values))
        != listing.shows(cell.caller, cell.picks, thing)
    ]


def unlike(called: Iterable[Called]) -> list[str]:
    """Somebody's thing and no thing at all, told apart."""
    by_cell = {id(each.cell): each for each in called}
    found = []
    for cell, twin in twins(tuple(each.cell for each in called)):
        one, other = by_cell[id(cell)], by_cell[id(twin)]
        if (here := one.said.without(one.values)) != (there := other.said.without(other.values)):
            found.append(f"{cell} is not {twin}:\n{here!r}\n{there!r}")
    return found
