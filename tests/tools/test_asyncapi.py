"""What is said about messages is true: of the document, and of real messages."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest

from application.fact_codec import FACT_TYPES, payload
from application.messaging.cloudevents import encode
from domain.hold.facts import HoldPlaced
from infrastructure.rabbitmq.topology import EVENTS
from shared.facts import Fact
from shared.ids import EventId, HoldId
from tests.domain.builders import AT
from tests.random.story import tell
from tests.tools import lives
from tests.tools.messages import message_of
from tools.asyncapi import DOCUMENT, PAGE, document, rendered, written
from tools.message_schemas import MEANINGS, described, message_types, payload_schema

DOC = document()
SALES = ("order.", "hold.", "payment.", "refund.", "dispute.", "ticket.")
MOST_STORIES = 12


def happened() -> dict[str, list[Fact]]:
    """Facts by the name of their message: of random sales, told until everything has happened that
    can, and of the lives of everything else."""
    found: dict[str, list[Fact]] = {kind.name: [] for kind in FACT_TYPES.values()}
    for fact in lives.facts():
        found[FACT_TYPES[type(fact)].name].append(fact)
    for seed in range(1, MOST_STORIES):
        if all(found.values()):
            break
        for fact in tell(seed, 20).facts:
            found[FACT_TYPES[type(fact)].name].append(fact)
    return found


def validator(pointer: str) -> jsonschema_rs.Draft202012Validator:
    """Of the schema that stands there in the document."""
    return jsonschema_rs.Draft202012Validator({**DOC, "$ref": f"#{pointer}"}, validate_formats=True)


def test_the_stored_document_is_what_the_tool_writes() -> None:
    assert DOCUMENT.read_text() == rendered(), "run: make messages"


def test_the_table_of_the_page_is_what_the_tool_writes() -> None:
    text = PAGE.read_text()
    assert "<!-- messages -->" in text and text == written(text), "run: make messages"
    assert written("a\n<!-- messages -->\nold\n<!-- end -->\nb").count("| `hold.created` |") == 1


def references(part: Any) -> Iterator[str]:
    match part:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for each in part.values():
                yield from references(each)
        case list():
            for each in part:
                yield from references(each)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOC))
    assert len(found) > 150
    for reference in found:
        here: Any = DOC
        for name in reference.removeprefix("#/").split("/"):
            here = here[name]


def test_the_document_has_the_shape_of_asyncapi_3() -> None:
    """Names of parts as the specification has them; the whole schema of AsyncAPI is no part of this
    repository."""
    assert set(DOC) == {
        *("asyncapi", "info", "defaultContentType", "servers", "channels", "operations"),
        "components",
    }
    assert DOC["asyncapi"] == "3.0.0" and {"title", "version"} <= set(DOC["info"])
    known = {"address", "description", "servers", "messages", "parameters", "bindings"}
    for name, channel in DOC["channels"].items():
        assert {"address", "messages"} <= set(channel) <= known, name
        parameters = set(re.findall(r"{(\w+)}", channel["address"]))
        assert parameters == set(channel.get("parameters", {})), name
    for name, operation in DOC["operations"].items():
        assert set(operation) == {"action", "channel"} and operation["action"] == "send", name
    identifier = re.compile(r"[\w.-]+")
    for part in DOC["components"].values():
        assert all(identifier.fullmatch(name) for name in part)
    for server in DOC["servers"].values():
        assert {"host", "protocol"} <= set(server)


def test_every_message_is_in_its_topic_and_behind_its_routing_key() -> None:
    for kind in FACT_TYPES.values():
        for channel, address in (
            (f"ticketing.{kind.aggregate}", f"ticketing.{kind.aggregate}"),
            (f"{kind.name}.key", kind.name),
        ):
            there = DOC["channels"][channel]
            assert there["address"] == address and kind.name in there["messages"]
        exchange = there["bindings"]["amqp"]["exchange"]
        assert exchange["name"] == EVENTS and exchange["type"] == "topic"
    assert {*DOC["components"]["messages"]} == {
        *(kind.name for kind in FACT_TYPES.values()),
        "dead",
    }


def test_real_messages_are_as_the_document_says() -> None:
    """One test: what happens takes seconds."""
    found = happened()
    assert [name for name, facts in found.items() if not facts] == []
    assert sum(len(facts) for name, facts in found.items() if name.startswith(SALES)) > 300
    for name, facts in found.items():
        place = f"/components/messages/{name}"
        headers_are, payload_is = validator(f"{place}/headers"), validator(f"{place}/payload")
        fields = set(DOC["components"]["messages"][name]["payload"]["properties"])
        for fact in facts[:50]:
            for organizer_id in (None, lives.ORGANIZER):
                headers, data = encode(message_of(fact, organizer_id=organizer_id))
                headers_are.validate(headers)
                sent = json.loads(data)
                payload_is.validate(sent)
                assert set(sent) == fields, f"{name}: fields that are not sent, or too few"


def test_the_schemas_refuse_what_is_wrong() -> None:
    fact = HoldPlaced(
        hold_id=HoldId(uuid4()),
        event_id=EventId(uuid4()),
        buyer_id=lives.USER,
        units=2,
        expires_at=lives.LATER,
        occurred_at=AT,
    )
    headers, data = encode(message_of(fact, organizer_id=lives.ORGANIZER))
    place = "/components/messages/hold.created"
    headers_are, payload_is = validator(f"{place}/headers"), validator(f"{place}/payload")
    for header in ("ce_id", "ce_type", "ce_time", "ce_dataversion", "ce_position", "ce_live"):
        assert not headers_are.is_valid({**headers, header: "x"}), header
        assert not headers_are.is_valid({name: headers[name] for name in headers if name != header})
    sent = json.loads(data)
    assert payload_is.is_valid({**sent, "something_new": 1})
    for field, wrong in (("hold_id", "x"), ("units", "2"), ("expires_at", "soon"), ("units", None)):
        assert not payload_is.is_valid({**sent, field: wrong}), field
    assert not payload_is.is_valid({name: sent[name] for name in sent if name != "units"})


def test_a_field_with_a_default_is_optional() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Grown(Fact):
        """It has grown."""

        hold_id: HoldId
        until: datetime | None = None

    assert payload_schema(Grown)["required"] == ["hold_id"]
    assert payload_schema(Grown)["properties"]["until"] == {
        "type": ["string", "null"],
        "format": "date-time",
    }
    assert payload(Grown(hold_id=HoldId(uuid4()), occurred_at=datetime.now(UTC)))["until"] is None


def test_what_says_nothing_of_itself_is_found() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Silent(Fact):
        hold_id: HoldId

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Odd(Fact):
        """It carries what no message can."""

        price: float

    with pytest.raises(ValueError, match="Silent has no docstring"):
        described(Silent)
    with pytest.raises(TypeError, match="cannot carry"):
        payload_schema(Odd)


def test_meanings_are_of_fields_that_are_there() -> None:
    names = {name for kind in message_types() for name in kind.payload["properties"]}
    assert set(MEANINGS) <= names
