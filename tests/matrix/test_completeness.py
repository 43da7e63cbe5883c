"""The matrix is whole: nothing that is offered is missing, and it does not shrink unnoticed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from google.protobuf.descriptor import Descriptor

from application.policy import POLICY
from tests.faces.outcome import Face
from tests.faces.rest import RestFace
from tests.faces.rpc import methods
from tests.matrix.cells import cells_of, operations
from tests.matrix.entries import ENTRIES
from tests.matrix.model import CALLERS

_CELLS = 9400
"""At least, on both faces together."""
_PLACES = {"path": 8100, "body": 2100, "filter": 1300, "nested mismatch": 960}
"""How many of them name a thing there, at least."""


def differences(offered: AbstractSet[str], entered: AbstractSet[str]) -> list[str]:
    return [
        *(f"{name} is offered, and nobody tries who may call it" for name in offered - entered),
        *(f"{name} is offered nowhere" for name in entered - offered),
    ]


def test_every_operation_is_in_the_matrix(faces: Mapping[str, Face]) -> None:
    assert differences(operations().keys(), ENTRIES.keys()) == []
    assert differences(POLICY.keys() - {"ReceiveWebhook"}, ENTRIES.keys()) == []
    for face in faces.values():
        assert differences(face.operations(), ENTRIES.keys()) == [], face.name


def test_a_forgotten_operation_is_found() -> None:
    assert differences({"Fly", "Walk"}, {"Walk"}) == [
        "Fly is offered, and nobody tries who may call it"
    ]
    assert differences({"Walk"}, {"Walk", "Fly"}) == ["Fly is offered nowhere"]


def test_every_id_of_a_request_is_somebody_elses_once() -> None:
    named = {name: {id.field for id in entry.ids} for name, entry in ENTRIES.items()}
    wanted = {method.name: set(_ids(method.input_type)) for method in methods()}
    assert sum(map(len, wanted.values())) > 30
    assert {name: ids - named[name] for name, ids in wanted.items() if ids - named[name]} == {}


def _ids(message: Descriptor, at: str = "") -> Iterator[str]:
    for field in message.fields:
        if field.name.endswith("_id") and field.name != "request_id":
            yield at + field.name
        elif field.message_type is not None and field.message_type.file.package == "holdfast.v1":
            inside = f"{at}{field.name}." + ("0." if field.is_repeated else "")
            yield from _ids(field.message_type, inside)


def test_every_kind_of_caller_comes_to_every_operation() -> None:
    for name in ENTRIES:
        assert {cell.caller for cell in cells_of(name)} == set(CALLERS), name


def test_the_size_of_the_matrix(faces: Mapping[str, Face]) -> None:
    """Each cell is called on each face."""
    rest = faces["rest"]
    assert isinstance(rest, RestFace)
    found: Counter[str] = Counter()
    for name, entry in ENTRIES.items():
        route = rest.routes[name]
        for cell in cells_of(name):
            found["cells"] += 2
            for id in entry.ids:
                in_path = f"{{{id.field}}}" in route.path
                found["path" if in_path else "filter" if id.field in route.query else "body"] += 2
            if len(cell.picks) == 2 and cell.picks[1].of not in (None, cell.picks[0].name):
                found["nested mismatch"] += 2
    print(dict(found))
    assert found["cells"] >= _CELLS
    assert {place: found[place] for place, least in _PLACES.items() if found[place] < least} == {}
