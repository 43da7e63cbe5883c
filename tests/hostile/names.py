"""Every name that a response or a column has, each with a value that somebody would like to set."""

import uuid
from collections.abc import Iterator, Mapping
from typing import cast

from google.protobuf.descriptor import Descriptor

from tests.faces.outcome import Plain
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace

OTHER_ID = str(uuid.UUID("01890000-0000-7000-8000-00000000beef"))

_VALUES: Mapping[str, Plain] = {
    "active": True,
    "email_verified": True,
    "founder": True,
    "superuser": True,
    "live": False,
    "final": True,
    "role": "OWNER",
    "state": "CONFIRMED",
    "email": "intruder@example.net",
    "email_key": "intruder@example.net",
    "price": {"amount": 0, "currency": "EUR"},
    "total": {"amount": 0, "currency": "EUR"},
    "amount": 0,
    "quantity": 99,
    "capacity": 99_999,
    "version": 99,
    "scopes": ["CreateEvent"],
    "password": "a password of the intruder",
    "password_hash": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
    "key_hash": "00" * 32,
    "expires_at": "2099-01-01T00:00:00Z",
    "created_at": "2000-01-01T00:00:00Z",
    "deadline": "2099-01-01T00:00:00Z",
    "actor": "system",
}


def hostile(name: str) -> Plain:
    """A value for a field of that name."""
    if name in _VALUES:
        return _VALUES[name]
    if name == "id" or name.endswith(("_id", "_by", "_of")):
        return OTHER_ID
    if name.endswith(("_at", "_until", "_expiry")):
        return "2099-01-01T00:00:00Z"
    if name.endswith(("_amount", "_total")):
        return 0
    return "intruder"


def of_schemas(rest: RestFace) -> Iterator[str]:
    """Of everything that the REST face documents."""
    for schema in rest.document["components"]["schemas"].values():
        yield from schema.get("properties", {})


def of_messages(grpc: GrpcFace) -> Iterator[str]:
    """Of everything that the gRPC face answers."""
    for rpc in grpc.rpcs.values():
        yield from _fields(cast(Descriptor, rpc.answer.DESCRIPTOR))  # or its twin in C


def _fields(descriptor: Descriptor) -> Iterator[str]:
    for field in descriptor.fields:
        yield field.name
        below = field.message_type
        if below is not None and not below.full_name.startswith("google."):
            yield from _fields(below)
