"""Loaded by schemathesis: who is calling, requests that mean something, and what came of them.

The document says what a request is made of and not what makes sense, so that random requests get
no further than the first check of the domain. Most valid ones are therefore made of the document's
own example, with references to what exists by now; in a quarter of those one field is left as it
was drawn. Invalid ones are sent as they are.
"""

import atexit
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any, Final, TypeAlias

import schemathesis
from schemathesis.specs.openapi.checks import ensure_resource_availability

from tests.fuzz.account import Account
from tests.fuzz.things import STATE, Things, refer
from tests.fuzz.variables import REST_URL, ROUND, STATISTICS
from tests.fuzz.words import Fresh, is_reference, own_reference, places

Case: TypeAlias = schemathesis.Case[Any]

_KEY: Final = "Idempotency-Key"
_DRAWN: Final = frozenset({"fuzzing", "stateful"})
_SENSIBLE: Final = 0.85
_NEW: Final = 0.9

_account = Account(os.environ[REST_URL], f"fuzzer-{os.environ[ROUND]}")
_fresh = Fresh(os.environ[ROUND])
_things = Things()
_counts: Counter[tuple[str, str, int]] = Counter()
_holders: dict[str, int] = {}
"""Which account each token is of."""
_callers: dict[str, int] = {}
"""Which account each case was sent by."""
_lock = Lock()


@schemathesis.auth(refresh_interval=300, retry_on=[401])
class Member:
    """Logs in again when a token is no longer good: operations may well have ended its session."""

    def get(self, case: Case, ctx: schemathesis.AuthContext) -> str:
        token = _account.token()
        _holders[token] = _account.opened
        return token

    def set(self, case: Case, data: str, ctx: schemathesis.AuthContext) -> None:
        _callers[case.id] = _holders[data]
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.check
def created_is_there(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> bool | None:
    """`ensure_resource_availability` where it means something: whoever asks is who created it (an
    account opened since, because an operation ended the one before, is a stranger), and asks for
    nothing but what the answer named (the hooks put other references in)."""
    parent = ctx.internals.find_parent(case_id=case.id)
    created = ctx.internals.find_response(case_id=parent.id) if parent is not None else None
    if parent is None or created is None or _callers.get(parent.id) != _callers.get(case.id):
        return None
    if not all(str(each).encode() in created.content for each in case.path_parameters.values()):
        return None
    found: bool | None = ensure_resource_availability(ctx, response, case)
    return found


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or meta.phase.name not in _DRAWN:
        return
    random = _dice(case)
    with _lock:
        if random.random() < _SENSIBLE:
            _make_sense(case, random)


def _dice(case: Case) -> Random:
    """The same for the same request, so that what failed once can be tried again."""
    drawn = repr((case.operation.label, case.path_parameters, case.query, case.body))
    return Random(hashlib.sha256(drawn.encode("utf-8", "surrogatepass")).digest())


def _make_sense(case: Case, random: Random) -> None:
    example, operation = _example(case), _name(case)
    if isinstance(case.body, dict) and example is not None:
        body = deepcopy(example)
        kept = random.choice([*body, *[None] * 3 * len(body)])
        if kept in case.body:
            body[kept] = case.body[kept]
        refer(body, operation, _things, _fresh, random)
        case.body = body
    linked = case._override.path_parameters
    path = [name for name in case.path_parameters if name not in linked]
    case.path_parameters.update(_things.pick(operation, path, random))
    query = [name for name in case.query if is_reference(name)]
    case.query.update(_things.pick(operation, query, random))
    if _KEY in case.headers and random.random() < _NEW:
        # Drawn ones are too often the same, and the same key again is another test.
        case.headers[_KEY] = _fresh.key()


@schemathesis.hook
def after_call(
    context: schemathesis.HookContext, case: Case, response: schemathesis.Response
) -> None:
    meta, operation = case.meta, _name(case)
    good = 200 <= response.status_code < 300
    with _lock:
        phase = str(meta.phase.name) if meta is not None else "probe"
        _counts[operation, phase, response.status_code] += 1
        if meta is not None and meta.generation.mode.is_positive:
            sent = [*case.path_parameters.values(), *(at[name] for at, name in places(case.body))]
            _things.learn(operation, map(str, sent), well=good)
        if good and response.content.startswith(b"{"):
            _remember(case, response)


def _remember(case: Case, response: schemathesis.Response) -> None:
    said = _said(case)["responses"].get(str(response.status_code), {})
    schema = said.get("content", {}).get("application/json", {}).get("schema", {})
    answer = response.json()
    found = dict(_references(_kind(schema), answer, _schemas(case)))
    if isinstance(answer.get(STATE), str):
        found[STATE] = answer[STATE]
    _things.remember(found)


def _references(kind: str, answer: object, schemas: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not isinstance(answer, dict):
        return
    properties = schemas.get(kind, {}).get("properties", {})
    for key, value in answer.items():
        if key == "id":
            yield own_reference(kind), str(value)
        elif isinstance(value, str) and value and is_reference(key):
            yield key.removeprefix("next_"), value
        else:
            said = properties.get(key, {})
            if below := _kind(said.get("items", said)):
                first = value[0] if isinstance(value, list) and value else value
                yield from _references(below, first, schemas)


def _name(case: Case) -> str:
    return str(_said(case)["operationId"])


def _said(case: Case) -> dict[str, Any]:
    """What the document says of the operation, references unresolved."""
    paths = case.operation.schema.raw_schema["paths"]
    found: dict[str, Any] = paths[case.operation.path][case.operation.method.lower()]
    return found


def _schemas(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = case.operation.schema.raw_schema["components"]["schemas"]
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _example(case: Case) -> dict[str, Any] | None:
    for media in _said(case).get("requestBody", {}).get("content", {}).values():
        for schema in (media["schema"], *media["schema"].get("anyOf", ())):
            for example in _schemas(case).get(_kind(schema), {}).get("examples", ()):
                return dict(example)
    return None


@atexit.register
def _write() -> None:
    rows = [[*key, count] for key, count in sorted(_counts.items())]
    Path(os.environ[STATISTICS]).write_text(json.dumps(rows))
