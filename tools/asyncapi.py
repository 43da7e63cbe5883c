"""Write what is said about messages, from the code: ``python -m tools.asyncapi``.

docs/asyncapi.json is an AsyncAPI 3.0 document of every message on every broker; the table of them
stands in docs/messaging.md between ``<!-- messages -->`` and ``<!-- end -->``.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tools.message_schemas import MessageType, Schema, message_types

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
DOCUMENT: Final = DOCS / "asyncapi.json"
PAGE: Final = DOCS / "messaging.md"

Part = dict[str, Any]

_TABLE: Final = re.compile(r"(<!-- messages -->\n).*?(<!-- end -->)", re.DOTALL)
_EXCHANGE: Final = {"name": "ticketing.events", "type": "topic", "durable": True}
_KEY: Final[Schema] = {
    "type": "string",
    "format": "uuid",
    "description": "The aggregate's id: its messages keep their order.",
}


def rendered() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> Part:
    kinds = message_types()
    topics = {kind.topic: [each for each in kinds if each.topic == kind.topic] for kind in kinds}
    channels = {topic: _topic(topic, each) for topic, each in topics.items()}
    channels |= {f"{kind.name}.key": _routing_key(kind) for kind in kinds}
    operations = {f"send.{name}": _sending(name) for name in channels}
    channels["dead-letters"] = _dead_letters(topics)
    operations["send.dead-letters"] = _sending("dead-letters")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Holdfast messages",
            "version": "1",
            "description": "What happened, as CloudEvents 1.0 in binary mode. Delivered at least "
            "once, those of one aggregate in their order. Fields and messages may be added: "
            "readers ignore what they do not know.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {kind.name: _message(kind) for kind in kinds} | {"dead": _dead()},
            "schemas": {"CloudEvent": _cloud_event(), "DeadLetter": _dead_letter()},
        },
    }


def table() -> str:
    """Of the messages, for people."""
    lines = ["| message | topic | carries | |", "|---|---|---|---|"]
    for kind in message_types():
        names = ", ".join(f"`{name}`" for name in kind.payload["properties"])
        lines.append(f"| `{kind.name}` | `{kind.topic}` | {names} | {kind.description} |")
    return "\n".join(lines) + "\n"


def written(text: str) -> str:
    """`text` with the table as it is now."""
    return _TABLE.sub(lambda place: f"{place[1]}{table()}{place[2]}", text)


def _servers() -> Part:
    return {
        name: {
            "host": "{host}",
            "protocol": protocol,
            "description": f"Where BROKER__KIND is {name}: the host of BROKER__URL.",
            "variables": {"host": {"default": f"127.0.0.1:{port}"}},
        }
        for name, protocol, port in (
            ("kafka", "kafka", 9092),
            ("rabbitmq", "amqp", 5672),
            ("redis", "redis", 6379),
        )
    }


def _topic(topic: str, kinds: Sequence[MessageType]) -> Part:
    return {
        "address": topic,
        "description": "A topic of Kafka, keyed by the aggregate's id; a stream of Redis.",
        "servers": _references("servers", ("kafka", "redis")),
        "messages": _messages(kind.name for kind in kinds),
        "bindings": {"kafka": {"topic": topic}},
    }


def _routing_key(kind: MessageType) -> Part:
    return {
        "address": kind.name,
        "description": "A routing key of RabbitMQ's exchange ticketing.events.",
        "servers": _references("servers", ("rabbitmq",)),
        "messages": _messages([kind.name]),
        "bindings": {"amqp": {"is": "routingKey", "exchange": _EXCHANGE}},
    }


def _dead_letters(topics: Iterable[str]) -> Part:
    return {
        "address": "{topic}.{group}.dlq",
        "description": "What a group gave up: a topic of Kafka, a queue of RabbitMQ, a stream of "
        "Redis.",
        "parameters": {
            "topic": {"description": "Where the message was.", "enum": list(topics)},
            "group": {"description": "The group of consumers."},
        },
        "messages": _messages(["dead"]),
    }


def _sending(channel: str) -> Part:
    return {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}}


def _references(where: str, names: Iterable[str]) -> list[Part]:
    return [{"$ref": f"#/{where}/{name}"} for name in names]


def _messages(names: Iterable[str]) -> Part:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _message(kind: MessageType) -> Part:
    own = {
        "ce_type": {"const": kind.name},
        "ce_source": {"const": f"/holdfast/{kind.aggregate}"},
        "ce_dataversion": {"const": str(kind.version)},
    }
    headers = {
        "type": "object",
        "allOf": [{"$ref": "#/components/schemas/CloudEvent"}, {"properties": own}],
    }
    return {
        "name": kind.name,
        "summary": kind.description,
        "contentType": "application/json",
        "headers": headers,
        "payload": kind.payload,
        "correlationId": {"location": "$message.header#/ce_requestid"},
        "bindings": {"kafka": {"key": _KEY}},
    }


def _dead() -> Part:
    either = [{"$ref": f"#/components/schemas/{name}"} for name in ("CloudEvent", "DeadLetter")]
    return {
        "name": "dead",
        "summary": "A message as it was, with why it was given up.",
        "headers": {"type": "object", "allOf": either},
        "payload": {"type": "object"},
    }


def _cloud_event() -> Schema:
    properties = dict(_headers())
    optional = {"content-type", "ce_organizerid"}  # RabbitMQ has a property for the first
    return {
        "type": "object",
        "description": "Attributes of CloudEvents and ours; all are texts.",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _headers() -> Iterator[tuple[str, Schema]]:
    text, uuid = {"type": "string"}, {"type": "string", "format": "uuid"}
    number = {"type": "string", "pattern": "^[1-9][0-9]*$"}
    yield "content-type", {"const": "application/json"}
    yield "ce_specversion", {"const": "1.0"}
    yield "ce_id", uuid | {"description": "Of the message: the same in every repetition."}
    yield "ce_source", text | {"description": "/holdfast/ and the kind of the aggregate."}
    yield "ce_type", text | {"description": "The name of the message."}
    yield "ce_time", text | {"format": "date-time", "description": "When it happened."}
    yield "ce_subject", uuid | {"description": "The aggregate it happened to."}
    yield "ce_dataversion", number | {"description": "Of the payload: a change raises it."}
    yield "ce_requestid", text | {"description": "Of the call it comes of."}
    yield "ce_actor", text | {"description": "Who made that call, as user:, guest:, key: or system"}
    yield "ce_organizerid", uuid | {"description": "Whose it is; not where it is nobody's."}
    yield "ce_live", {"enum": ["true", "false"], "description": "false: of a test."}
    yield "ce_position", number | {"description": "Its place in the log."}


def _dead_letter() -> Schema:
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "dlq_group": text | {"description": "Who gave it up."},
            "dlq_attempts": text | {"pattern": "^[1-9][0-9]*$"},
            "dlq_error": text | {"description": "What the last attempt failed with."},
            "dlq_topic": text | {"description": "Where it was read, on Kafka and RabbitMQ."},
            "dlq_partition": text | {"description": "On Kafka, where it was read lately."},
            "dlq_offset": text | {"description": "Likewise."},
            "dlq_queue": text | {"description": "On RabbitMQ."},
        },
        "required": ["dlq_group", "dlq_attempts", "dlq_error"],
    }


def main() -> None:
    DOCUMENT.write_text(rendered())
    PAGE.write_text(written(PAGE.read_text()))


if __name__ == "__main__":
    main()
