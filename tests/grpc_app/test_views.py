"""Every answer says on the wire exactly what it says in JSON."""

from dataclasses import replace
from typing import get_args, get_type_hints

import msgspec
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from application.app import Application
from grpc_app.clients.client import HoldfastClient
from grpc_app.mapping import api_key, event_views, hold, order
from tests.grpc_app import sampled, samples
from tests.grpc_app.calling import METHODS, call
from tests.grpc_app.scripted import Script


def json_form(view: object) -> object:
    """As REST answers it; absent and null are the same, 64-bit integers are texts, and nothing at
    all is an empty message."""
    if view is None:
        return {}
    return _comparable(msgspec.json.decode(msgspec.json.encode(view)))


def _comparable(value: object) -> object:
    if isinstance(value, dict):
        return {name: _comparable(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_comparable(each) for each in value]
    return str(value) if isinstance(value, int) else value


@pytest.mark.parametrize("operation", samples.ANSWERS)
async def test_an_answer_mirrors_the_json(
    operation: str, script: Script, client: HoldfastClient
) -> None:
    view = samples.ANSWERS[operation]
    script.answers(operation, view)
    answer = await call(client, operation)
    shown = MessageToDict(
        answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    assert _comparable(shown) == json_form(view)
    assert ParseDict(shown, type(answer)()) == answer


def test_every_operation_has_a_sample_of_its_answer() -> None:
    """Otherwise the test above could not see all of them."""
    answers = {
        args[0].__name__: args[1]
        for group, kind in get_type_hints(Application).items()
        if group != "webhooks"
        for args in map(get_args, get_type_hints(kind).values())
    }
    assert answers.keys() == samples.ANSWERS.keys() == METHODS.keys()
    for operation, answer in samples.ANSWERS.items():
        assert type(answer) is getattr(answers[operation], "__origin__", answers[operation])


def test_samples_leave_nothing_at_its_default() -> None:
    """A field that is forgotten in the mapping must show."""
    for view in samples.ANSWERS.values():
        assert all(value not in (None, "", "0", "False", []) for value in _leaves(json_form(view)))


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list) and value:
        return [leaf for each in value for leaf in _leaves(each)]
    return [value]


def test_null_is_absent() -> None:
    unlimited = event_views.event(replace(samples.EVENT, max_per_buyer=None))
    assert not unlimited.HasField("max_per_buyer")
    unpaid = order.order(replace(samples.ORDER, payment=None))
    assert not unpaid.HasField("payment")
    plain = order.payment(
        replace(samples.PAYMENT, client_secret=None, redirect_url=None, failure=None)
    )
    assert not plain.HasField("client_secret")
    assert not plain.HasField("redirect_url")
    assert not plain.HasField("failure")
    key = api_key.api_key(
        replace(samples.API_KEY, expires_at=None, last_used_at=None, revoked_at=None, key=None)
    )
    for name in ("expires_at", "last_used_at", "revoked_at", "key"):
        assert not key.HasField(name)


def test_what_is_false_says_so() -> None:
    assert not event_views.event(replace(samples.EVENT, live=False)).live
    assert not order.order(replace(samples.ORDER, live=False)).live
    assert not api_key.api_key(replace(samples.API_KEY, live=False)).live


def test_nothing_is_not_zero() -> None:
    free = replace(samples.HOLD, total=replace(sampled.PRICE, amount=0))
    assert hold.hold(free).total.HasField("amount")
