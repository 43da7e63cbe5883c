"""Whether messages still are what readers were told they are.

What may be added at any time: messages, and fields that are optional (with a default in the fact).
Everything else about a payload is a new version of the message; that it is there, and in which
topic, is for good.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.message_schemas import MessageType, message_types

Catalogue = Mapping[str, Mapping[str, Any]]
"""By name: the `topic`, the `version`, and what is known of each of its `fields`."""


def catalogue() -> Catalogue:
    return {kind.name: _entry(kind) for kind in message_types()}


def broken(published: Catalogue, now: Catalogue) -> list[str]:
    """What readers of the published messages could no longer rely on."""
    return [problem for name in published for problem in _broken(name, published[name], now)]


def _entry(kind: MessageType) -> Mapping[str, Any]:
    required = kind.payload["required"]
    return {
        "topic": kind.topic,
        "version": kind.version,
        "fields": {
            name: _shape(schema) | {"required": name in required}
            for name, schema in kind.payload["properties"].items()
        },
    }


def _shape(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Without its description, which may be put better any time."""
    return {name: value for name, value in schema.items() if name != "description"}


def _broken(name: str, before: Mapping[str, Any], now: Catalogue) -> Iterator[str]:
    after = now.get(name)
    if after is None:
        yield f"{name} is gone: who waits for it will never know"
        return
    if after["topic"] != before["topic"]:
        yield f"{name} moved from {before['topic']} to {after['topic']}: its readers are not there"
    if after["version"] < before["version"]:
        yield f"{name} has version {after['version']}, after {before['version']}"
    if after["version"] == before["version"]:
        yield from _fields_broken(name, before["fields"], after["fields"])


def _fields_broken(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for field, shape in before.items():
        if field not in after:
            yield f"{name} has no {field} any more: raise its version"
        elif after[field] != shape:
            yield f"{name}: {field} was {shape} and is {after[field]}: raise its version"
    for field in after:
        if field not in before and after[field]["required"]:
            yield (
                f"{name} has a new {field}, which older messages lack: give it a default in the "
                "fact, or raise the message's version"
            )
