"""Every forged token against the real server, through both faces."""

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from typing import cast
from urllib.parse import urlsplit

import grpc
import pytest

from demo.instance import Addresses
from infrastructure.jwt.keys import signing_key
from tests.faces.forged import TABLE, Sent
from tests.faces.forgery import Material, claims_of
from tests.faces.outcome import Face, Outcome, text
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace, refused
from tests.faces.server import SECRET

_PASSWORD = "correct horse battery staple"
_HUGE = 200_000
"""Bytes of a header that no server takes."""

Knock = Callable[[Sent], str | None]
"""Sends GetMe with these headers; the reason of the refusal, None for whoever is let in."""


@pytest.fixture(scope="module")
def material(faces: Mapping[str, Face]) -> Material:
    face = faces["rest"]

    def login(name: str) -> Mapping[str, object]:
        credentials = {"email": f"{name}@forged.example.org", "password": _PASSWORD}
        return face.call("Login", credentials, token=None).ok()

    def token(name: str) -> str:
        return str(login(name)["access_token"])

    for name in ("frieda", "stranger"):
        person = {"email": f"{name}@forged.example.org", "password": _PASSWORD, "name": name}
        face.call("Register", person, token=None).ok()
    ended = token("frieda")
    face.call("Logout", {}, token=ended).ok()
    mine = login("frieda")
    guest = face.call("CreateGuest", {"email": "gil@forged.example.org"}, token=None).ok()
    return Material(
        token=str(mine["access_token"]),
        guest_token=text(guest, "access_token"),
        stranger_token=token("stranger"),
        ended_token=ended,
        refresh_token=str(mine["refresh_token"]),
        api_key=_api_key(face, str(mine["access_token"])),
        key=signing_key(SECRET),
    )


def _api_key(face: Face, token: str) -> str:
    hall = {"name": "Forged Hall", "slug": "forged-hall"}
    organizer = face.call("CreateOrganizer", hall, token=token).ok()
    made = face.call(
        "CreateApiKey",
        {
            "organizer_id": text(organizer, "id"),
            "name": "till",
            "live": True,
            "scopes": ["ListEvents"],
            "expires_at": None,
        },
        token=token,
    ).ok()
    return text(made, "key")


@pytest.fixture(scope="module")
def knocks(faces: Mapping[str, Face], addresses: Addresses) -> Iterator[Mapping[str, Knock]]:
    rest, rpc = faces["rest"], faces["grpc"]
    assert isinstance(rest, RestFace) and isinstance(rpc, GrpcFace)
    where = urlsplit(addresses.rest_url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port or 80, timeout=60)
    route = rest.routes["GetMe"]
    found = rpc.rpcs["GetMe"]
    channel = grpc.insecure_channel(addresses.grpc_target)
    get_me = channel.unary_unary(
        found.path,
        request_serializer=found.request.SerializeToString,
        response_deserializer=found.answer.FromString,
    )

    def over_http(sent: Sent) -> str | None:
        connection.putrequest(route.method, f"{route.path}?{sent.query}")
        for name, value in sent.headers:
            connection.putheader(name, value.encode())
        connection.endheaders()
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()  # the next may be asked after the server has hung up; this opens another
        if response.status == 200:
            return None
        assert response.status == 401, answer
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        return str(answer["code"])

    def over_grpc(sent: Sent) -> str | None:
        try:
            get_me(found.request(), metadata=sent.headers, timeout=60)
        except grpc.RpcError as error:
            return _reason(refused(cast(grpc.Call, error)))  # the call itself is what is raised
        return None

    yield {"rest": over_http, "grpc": over_grpc}
    connection.close()
    channel.close()


def _reason(outcome: Outcome) -> str:
    assert outcome.refusal is not None
    assert outcome.refusal.code == "UNAUTHENTICATED", outcome.refusal
    return outcome.refusal.reason


@pytest.mark.parametrize("face", ["rest", "grpc"])
def test_nobody_gets_in_with_a_forged_token(
    material: Material, knocks: Mapping[str, Knock], face: str
) -> None:
    """In one test: the rows need a server, and a row alone takes no time."""
    wrong = {}
    rows = {name: row for name, row in TABLE.items() if face == "rest" or not row.http_only}
    assert len(rows) >= 60
    for name, row in rows.items():
        if (found := knocks[face](row.make(material))) != row.reason:
            wrong[name] = (found, row.reason)
    assert wrong == {}, "rows with what was answered and what had to be"


def test_a_huge_header_is_refused_and_the_server_goes_on(
    material: Material, knocks: Mapping[str, Knock], addresses: Addresses
) -> None:
    headers = (("authorization", "Bearer " + "A" * _HUGE),)
    where = urlsplit(addresses.rest_url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port or 80, timeout=60)
    connection.request("GET", "/api/v1/users/me", headers=dict(headers))
    assert connection.getresponse().status in (400, 401, 431)
    connection.close()
    with grpc.insecure_channel(addresses.grpc_target) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/holdfast.v1.UserService/GetMe", request_serializer=bytes, response_deserializer=bytes
        )
        with pytest.raises(grpc.RpcError):
            call(b"", metadata=headers, timeout=60)
    good = Sent(headers=(("authorization", f"Bearer {material.token}"),))
    assert [knock(good) for knock in knocks.values()] == [None, None]


def test_the_published_keys_are_those_of_the_tokens(
    material: Material, addresses: Addresses
) -> None:
    where = urlsplit(addresses.rest_url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port or 80, timeout=60)
    connection.request("GET", "/.well-known/jwks.json")
    keys = json.loads(connection.getresponse().read())["keys"]
    connection.close()
    assert [key["kid"] for key in keys] == [material.key.kid]
    assert claims_of(material.token)["kind"] == "user"
