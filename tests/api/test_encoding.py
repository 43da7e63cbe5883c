"""Whatever a view holds, its encoding is what the documentation says."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from types import GenericAlias, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from application.views.page import Page
from tests.api.house import House, check_shape

SCALARS: dict[object, st.SearchStrategy[Any]] = {
    str: st.text(),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    datetime: st.datetimes(timezones=st.just(UTC)),
    UUID: st.uuids(),
    NoneType: st.none(),
}
PLAIN = st.recursive(
    st.one_of(*(SCALARS[kind] for kind in (str, bool, int, NoneType))),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
"""What a fact carries."""


def values(kind: Any, shape: Any = None) -> st.SearchStrategy[Any]:
    """Views of a type; where the documentation names a fixed set of texts, one of them."""
    kind = getattr(kind, "__supertype__", kind)
    if isinstance(shape, type) and issubclass(shape, Enum):
        return st.sampled_from([member.value for member in shape])
    if kind in SCALARS:
        return SCALARS[kind]
    if get_origin(kind) in (UnionType, Union):  # of new types it is the latter
        inner = {get_origin(each) or each: each for each in get_args(shape)}
        del inner[NoneType]
        return st.one_of(*(values(each, *inner.values()) for each in get_args(kind)))
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0], get_args(shape)[0]), max_size=3).map(tuple)
    if get_origin(kind) is Mapping:
        assert get_args(kind)[0] is str and get_origin(shape) is dict
        return st.dictionaries(st.text(), PLAIN, max_size=3)
    hints = get_type_hints(get_origin(kind) or kind)
    if get_origin(kind) is Page:
        hints["items"] = GenericAlias(tuple, (get_args(kind)[0], ...))
    assert issubclass(shape, BaseModel) and set(hints) == set(shape.model_fields)
    fields = {
        name: values(hint, shape.model_fields[name].annotation) for name, hint in hints.items()
    }
    return st.builds(get_origin(kind) or kind, **fields)


HOUSE = House()
ROUTES = {
    route.operation_id: route for route in HOUSE.rest.router.routes if isinstance(route, APIRoute)
}


ANSWERING = [each for each in HOUSE.application.operations() if each.answers is not NoneType]


def test_what_answers_nothing_has_no_shape() -> None:
    silent = {each.name for each in HOUSE.application.operations()} - {op.name for op in ANSWERING}
    assert "Logout" in silent
    shapeless = {name for name, route in ROUTES.items() if route.response_model is None}
    assert shapeless - {"ReceiveWebhook"} == silent  # its answer is what its provider asks for


@pytest.mark.parametrize("operation", ANSWERING, ids=lambda op: op.name)
def test_encoded_views_have_the_documented_shape(operation: Any) -> None:
    model = ROUTES[operation.name].response_model

    @settings(max_examples=15, deadline=None)
    @given(view=values(operation.answers, model))
    def check(view: object) -> None:
        check_shape(msgspec.json.encode(view), model)

    check()


def test_a_view_that_says_more_than_the_documentation_is_found() -> None:
    model = ROUTES["GetMe"].response_model
    user = (
        b'"id":"01936b2a-7c00-7a10-8000-000000000001","email":"e","email_verified":false,'
        b'"name":"n","active":true,"superuser":false'
    )
    at = b'"created_at":"2026-11-21T10:00:00Z"'
    check_shape(b"{" + user + b"," + at + b"}", model)
    for wrong in (
        b"{" + user + b"}",
        b"{" + user + b"," + at + b',"password_hash":"h"}',
        b"{" + user + b',"created_at":1}',
        b"{" + user.replace(b"true", b"1") + b"," + at + b"}",
        b"{" + user + b',"created_at":"2026-11-21T10:00:00+00:00"}',
    ):
        with pytest.raises((AssertionError, ValueError)):
            check_shape(wrong, model)
