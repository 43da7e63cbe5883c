"""API keys."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from domain.organizer.api_key import ApiKey
from shared.errors import FieldInvalid
from shared.ids import ApiKeyId, OrganizerId
from tests.domain.builders import AT, SECOND, uid

ALLOWED = ("CreateEvent", "GetEvent", "ListOrders")


def api_key(
    *,
    name: str = " Till ",
    scopes: Sequence[str] = ("GetEvent", "CreateEvent", "GetEvent"),
    expires_at: datetime | None = None,
) -> ApiKey:
    return ApiKey.create(
        id=ApiKeyId(uid("key")),
        organizer_id=OrganizerId(uid("organizer")),
        name=name,
        key_hash=b"0" * 32,
        hint="hf_live_abcd",
        live=True,
        scopes=scopes,
        allowed_scopes=ALLOWED,
        expires_at=expires_at,
        at=AT,
    )


def test_a_key() -> None:
    made = api_key(expires_at=AT + SECOND)
    assert (made.name, made.scopes) == ("Till", ("CreateEvent", "GetEvent"))
    assert (made.expires_at, made.last_used_at, made.revoked_at) == (AT + SECOND, None, None)
    (fact,) = made.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("ApiKeyCreated", made.id)
    assert getattr(fact, "scopes") == made.scopes


@pytest.mark.parametrize(
    ("made", "pointers"),
    [
        (lambda: api_key(name="x" * 101), ["/name"]),
        (lambda: api_key(scopes=()), ["/scopes"]),
        (lambda: api_key(scopes=("GetEvent", "Login", "*")), ["/scopes/1", "/scopes/2"]),
        (lambda: api_key(expires_at=AT), ["/expires_at"]),
        (lambda: api_key(expires_at=AT - timedelta(days=1)), ["/expires_at"]),
        (lambda: api_key(expires_at=datetime(2030, 1, 1)), ["/expires_at"]),  # noqa: DTZ001
        (
            lambda: api_key(name="", scopes=("",), expires_at=AT),
            ["/name", "/scopes/0", "/expires_at"],
        ),
    ],
)
def test_no_key(made: Callable[[], ApiKey], pointers: list[str]) -> None:
    with pytest.raises(FieldInvalid) as refused:
        made()
    assert [each.pointer for each in refused.value.violations] == pointers


def test_a_key_is_revoked_once() -> None:
    revoked = api_key().revoke(at=AT + SECOND)
    assert revoked.revoked_at == AT + SECOND
    assert [type(each).__name__ for each in revoked.facts] == ["ApiKeyCreated", "ApiKeyRevoked"]
    assert revoked.revoke(at=AT + 2 * SECOND) is revoked
