"""Nobody gets in where they do not belong: every operation, caller and thing, on both faces."""

from collections.abc import Mapping, Sequence

import pytest

from tests.matrix.calling import call, call_all, unlike, wrong
from tests.matrix.cells import cells_of, operations
from tests.matrix.entries import ENTRIES
from tests.matrix.ledger import IDEMPOTENCY_KEYS, Ledger
from tests.matrix.wire import Wire
from tests.matrix.world import World

# What the rightful do here changes what others find: these come last.
_LAST = (
    "DeactivateUser",
    "CloseEvent",
    "CancelEvent",
    "RemoveMember",
    "Logout",
    "LogoutEverywhere",
)
_LOUD = [name for name in ENTRIES if not all(cell.quiet for cell in cells_of(name))]
_IN_ORDER = [*(name for name in _LOUD if name not in _LAST), *_LAST]


@pytest.mark.parametrize("operation", ENTRIES)
@pytest.mark.parametrize("face", ["rest", "grpc"])
def test_the_walls_stand(
    wires: Mapping[str, Sequence[Wire]],
    matrix_world: World,
    ledger: Ledger,
    operation: str,
    face: str,
) -> None:
    """Whoever is refused is told exactly that, never whose a thing is, and changes nothing."""
    before = ledger.sums()
    cells = [cell for cell in cells_of(operation) if cell.quiet]
    some = wires[face][:1] if ENTRIES[operation].guesses else wires[face]
    called = call_all(cells, some, matrix_world)
    assert wrong(called, matrix_world) == []
    assert unlike(called) == []
    changed = {name for name, sum in ledger.sums().items() if sum != before[name]}
    if operations()[operation].keeps_refusals:
        changed.discard(IDEMPOTENCY_KEYS)
    assert not changed, f"written last: {ledger.newest(changed)}"


@pytest.mark.parametrize("operation", _IN_ORDER)
def test_the_rightful_get_in(
    wires: Mapping[str, Sequence[Wire]], matrix_world: World, ledger: Ledger, operation: str
) -> None:
    """The same requests: what keeps the others out is not that nobody could be let in."""
    cells = [cell for cell in cells_of(operation) if not cell.quiet]
    let_in = False
    for wire, *_ in list(wires.values())[: 1 if ENTRIES[operation].once else None]:
        called = [call(cell, wire, matrix_world) for cell in cells]
        gone = ENTRIES[operation].gone
        kept_out = [
            f"{each.cell}: {each.said.reason}"
            for each in called
            if each.keeps_out and each.said.reason != gone
        ]
        assert kept_out == []
        assert unlike(called) == []
        let_in = let_in or any(each.said.reason is None for each in called)
    assert let_in, "nobody could really do it"
