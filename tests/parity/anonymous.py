"""Outcomes of two worlds made comparable: every id, moment and secret becomes its name."""

import re
from collections.abc import Mapping
from dataclasses import replace

from tests.faces.normal import normal
from tests.faces.outcome import Outcome, Plain, Refusal
from tests.parity.scene import Scene

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
_RUN = re.compile(r"[0-9a-f]{32}")
_SECRET = frozenset(
    {
        "number",
        "cursor",
        "code",
        "access_token",
        "refresh_token",
        "client_secret",
        "redirect_url",
        "next_page_token",
        "key",
        "hint",
        "secret",
    }
)


def anonymous(outcome: Outcome, scene: Scene) -> Outcome:
    """Field names, types, order and every other value stay as they are."""
    names = {id: f"<{name}>" for name, id in scene.ids.items()}
    answer = _value(normal(outcome.answer), names, "")
    assert isinstance(answer, dict)
    refusal = outcome.refusal and replace(
        outcome.refusal,
        message=_text(outcome.refusal.message, names),
        metadata={
            name: _text(str(normal(value)), names)
            for name, value in outcome.refusal.metadata.items()
        },
        fields=tuple((at, _text(said, names)) for at, said in outcome.refusal.fields),
    )
    return Outcome(answer=answer, refusal=refusal, replayed=outcome.replayed)


def _value(value: Plain, names: Mapping[str, str], field: str) -> Plain:
    if field == "position":
        return "<position>"
    if isinstance(value, dict):
        return {name: _value(item, names, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_value(item, names, field) for item in value]
    if isinstance(value, str):
        if field in _SECRET:
            return f"<{field}>" if value else ""
        return _text(value, names)
    return value


def _text(value: str, names: Mapping[str, str]) -> str:
    """Times that a scene does not decide are only told to be times."""
    value = _UUID.sub(lambda found: names.get(found[0], "<new id>"), value)
    return _RUN.sub("<run>", _TIME.sub("<time>", value))


def reason(refusal: Refusal | None) -> str | None:
    return refusal.reason if refusal else None
