"""What msgspec reads for the fast lane, pydantic reads for the ordinary route; or it is refused."""

import json
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from api.fast.body import FastBody
from api.hold.schemas import FastHoldRequest, HoldRequest
from application.hold.create_hold import CreateHold

IDS = [str(uuid4()) for _ in range(3)]
_read = msgspec.json.Decoder(FastHoldRequest).decode

ids = st.sampled_from(
    [
        *IDS,
        IDS[0].upper(),
        IDS[0].replace("-", ""),
        f"{{{IDS[0]}}}",
        f"urn:uuid:{IDS[0]}",
        f"{IDS[0]}\n",
        f" {IDS[0]}",
        IDS[0][:-1],
        IDS[0].replace("-", "_"),
        IDS[0][:-1] + "g",
        IDS[0][:-1] + "\uff11",
        "",
    ]
)
numbers = st.one_of(
    st.integers(-3, 3),
    st.integers(),
    st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**40]),
)
raw = st.sampled_from(
    ["1.0", "1e0", "-0", "-0.0", "1E400", "NaN", "01", "+1", "true", "null", '"1"']
)
quantities = st.one_of(numbers.map(str), raw)
others = st.sampled_from(["null", "[]", "{}", "0", "true", '"x"', "[[]]"])
quoted = ids.map(json.dumps)


@st.composite
def objects(draw: st.DrawFn, members: dict[str, st.SearchStrategy[str]]) -> str:
    """JSON objects that mostly have these members: some twice, left out, renamed, unknown, of
    another type, in any order."""
    found = []
    for name, values in members.items():
        for _ in range(draw(st.sampled_from([1, 1, 1, 1, 1, 1, 0, 2]))):
            value = draw(values if draw(st.integers(0, 9)) else others)
            key = json.dumps(name)
            if not draw(st.integers(0, 19)):
                key = draw(st.sampled_from([f'"\\u{ord(name[0]):04x}{name[1:]}"', key.upper()]))
            found.append(f"{key}:{value}")
    if not draw(st.integers(0, 14)):
        found.append(draw(st.sampled_from(['"more":1', '"":null', '"more":{"x":[1]}'])))
    space = draw(st.sampled_from(["", "", " ", "\n\t"]))
    return "{" + space + f",{space}".join(draw(st.permutations(found))) + "}" + space


lines = st.lists(objects({"ticket_type_id": quoted, "quantity": quantities}), max_size=3)
bodies = objects({"event_id": quoted, "lines": lines.map(lambda each: f"[{','.join(each)}]")})


def by_pydantic(body: bytes) -> CreateHold | None:
    """As the ordinary route reads it; None for what it refuses."""
    try:
        return HoldRequest.model_validate(msgspec.json.decode(body)).command()
    except (ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def by_msgspec(body: bytes) -> CreateHold | None:
    try:
        found = _read(body)
    except (ValueError, RecursionError):
        return None
    return found.command()  # what was read can be used


@settings(max_examples=600, deadline=None)
@given(body=bodies)
def test_what_the_lane_reads_is_what_the_route_reads(body: str) -> None:
    fast = by_msgspec(body.encode())
    if fast is not None:
        ordinary = by_pydantic(body.encode())
        assert ordinary is not None and repr(fast) == repr(ordinary)


@settings(max_examples=300, deadline=None)
@given(
    body=st.binary(max_size=60)
    | st.recursive(others, st.lists, max_leaves=5).map(repr).map(str.encode)
)
def test_nothing_is_read_out_of_rubbish(body: bytes) -> None:
    assert by_msgspec(body) is None or by_pydantic(body) is not None


@settings(max_examples=200, deadline=None)
@given(event=st.uuids(), wanted=st.lists(st.tuples(st.uuids(), st.integers()), max_size=4))
def test_what_clients_normally_send_is_read(event: Any, wanted: list[tuple[Any, int]]) -> None:
    parts = [{"ticket_type_id": str(each), "quantity": number} for each, number in wanted]
    body = json.dumps({"event_id": str(event), "lines": parts}).encode()
    fast = by_msgspec(body)
    assert fast is not None and fast == by_pydantic(body)


@pytest.mark.parametrize("twin", FastBody.__subclasses__(), ids=lambda twin: twin.__name__)
def test_every_twin_refuses_what_it_does_not_know(twin: type[FastBody]) -> None:
    assert twin.__struct_config__.forbid_unknown_fields
    assert twin.__struct_config__.frozen
