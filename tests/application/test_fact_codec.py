"""Every fact is a message, under a name of its own that does not depend on its class."""

import importlib
import inspect
import json
import pkgutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

import domain
from application.fact_codec import FACT_TYPES, payload
from domain.event.facts import EventUpdated
from domain.hold.facts import HoldPlaced
from shared.facts import Fact
from shared.ids import EventId, HoldId, OrganizerId, UserId

CATALOGUE = Path(__file__).with_name("message_types.txt")
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def domain_facts() -> set[type[Fact]]:
    """Those that can happen: a class that others specialize is only their common part."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(domain.__path__, "domain.")
    ]
    kinds = {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Fact) and kind is not Fact
    }
    return {kind for kind in kinds if not any(issubclass(other, kind) for other in kinds - {kind})}


def test_every_fact_has_a_message_type() -> None:
    facts = domain_facts()
    assert len(facts) > 30
    assert set(FACT_TYPES) == facts


def test_message_types_are_unique() -> None:
    names = [kind.name for kind in FACT_TYPES.values()]
    assert sorted(set(names)) == sorted(names)


def test_message_types_are_no_class_names() -> None:
    for kind in FACT_TYPES.values():
        subject, _, happened = kind.name.partition(".")
        assert subject and happened and kind.name == kind.name.lower()
        assert kind.version >= 1


def test_the_catalogue() -> None:
    """Renaming a class changes nothing here; changing a line there breaks every consumer."""
    lines = CATALOGUE.read_text().splitlines()
    stored = {line for line in lines if line and not line.startswith("#")}
    ours = {f"{kind.name} {kind.version} {kind.aggregate}" for kind in FACT_TYPES.values()}
    assert stored - ours == set(), "gone, or changed: consumers rely on these"
    assert ours - stored == set(), f"new: to be added to {CATALOGUE.name}, for good"


def test_names_that_were_promised() -> None:
    """To whoever wrote a consumer before there was a catalogue."""
    names = {kind.name for kind in FACT_TYPES.values()}
    assert names >= {
        "hold.created",
        "hold.expired",
        "order.placed",
        "order.confirmed",
        "order.cancelled",
        "payment.completed",
        "ticket.issued",
        "user.created",
    }


def test_a_payload_is_plain_json() -> None:
    fact = HoldPlaced(
        hold_id=HoldId(ONE),
        event_id=EventId(TWO),
        buyer_id=UserId(THREE),
        units=4,
        expires_at=AT,
        occurred_at=AT,
    )
    assert json.loads(json.dumps(payload(fact))) == {
        "hold_id": str(ONE),
        "event_id": str(TWO),
        "buyer_id": str(THREE),
        "units": 4,
        "expires_at": "2026-11-21T12:00:00+00:00",
    }


def test_several_values_are_a_list() -> None:
    fact = EventUpdated(
        event_id=EventId(ONE),
        organizer_id=OrganizerId(TWO),
        fields=("name", "venue"),
        occurred_at=AT,
    )
    assert payload(fact)["fields"] == ["name", "venue"]


def test_what_is_not_plain_is_refused() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Odd(Fact):
        price: float

    with pytest.raises(TypeError):
        payload(Odd(price=1.5, occurred_at=AT))
