"""What metadata says, and what it cannot trick us into."""

from collections.abc import Sequence

import grpc
import pytest

from grpc_app.context import Metadata, context_of
from grpc_app.generated.holdfast.v1 import auth_pb2, user_pb2
from shared.addresses import networks
from tests.grpc_app import samples
from tests.grpc_app.calling import bytewise, path
from tests.grpc_app.scripted import TOKEN, Script


@pytest.mark.parametrize(
    ("metadata", "credentials"),
    [
        ([], None),
        ([("authorization-bin", b"Bearer good")], None),
        ([("authorization", "Bearer good")], "good"),
        ([("authorization", "bearer good")], "good"),
        ([("authorization", "BEARER   good")], "good"),
        ([("authorization", " Bearer good ")], "good"),
        ([("authorization", "Bearer good"), ("authorization", "Bearer good")], ""),
        ([("authorization", "")], ""),
        ([("authorization", "Bearer")], ""),
        ([("authorization", "good")], ""),
        ([("authorization", "Basic good")], ""),
        ([("authorization", "Bearer good bad")], ""),
        ([("authorization", "Bearer good, Bearer bad")], ""),
        ([("authorization", "Bearer\tgood")], ""),
        ([("authorization", b"Bearer good")], ""),
    ],
)
def test_credentials(metadata: Metadata, credentials: str | None) -> None:
    assert context_of(metadata).credentials == credentials


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        (None, None),
        ("", None),
        ("unix:", None),
        ("unix:/run/holdfast:1", None),
        ("unix-abstract:127.0.0.1:1", None),
        ("ipv4:127.0.0.1:5555", "127.0.0.1"),
        ("ipv6:%5B::1%5D:5555", "::1"),
        ("ipv6:[2001:db8::1]:5555", "2001:db8::1"),
        ("ipv6:%5B::ffff:192.0.2.1%5D:5555", "192.0.2.1"),
        ("ipv6:%5Bfe80::1%25eth0%5D:5555", "fe80::1"),
        ("ipv4:nonsense:5555", None),
    ],
)
def test_the_address_of_a_peer(peer: str | None, address: str | None) -> None:
    assert context_of((), peer).address == address


@pytest.mark.parametrize(
    ("trusted", "sent", "address"),
    [
        ((), ["192.0.2.1"], "10.0.0.1"),
        (("10.0.0.0/8",), [], "10.0.0.1"),
        (("10.0.0.0/8",), ["192.0.2.1"], "192.0.2.1"),
        (("10.0.0.0/8",), ["6.6.6.6, 192.0.2.1", "10.0.0.2"], "192.0.2.1"),
        (("10.0.0.0/8",), [b"192.0.2.1"], "10.0.0.1"),
        (("172.16.0.0/12",), ["192.0.2.1"], "10.0.0.1"),
    ],
)
def test_the_word_of_a_proxy(
    trusted: Sequence[str], sent: Sequence[str | bytes], address: str
) -> None:
    metadata = [("x-forwarded-for", value) for value in sent]
    assert context_of(metadata, "ipv4:10.0.0.1:5555", networks(trusted)).address == address


@pytest.mark.parametrize("sent", ["a", "A.b_c-9", "x" * 128])
def test_a_request_id_is_kept(sent: str) -> None:
    assert context_of([("x-request-id", sent)]).request_id == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "a\n", "ä", "a/b", b"a"])
def test_a_bad_request_id_is_replaced(sent: str | bytes) -> None:
    one = context_of([("x-request-id", sent)]).request_id
    other = context_of([("x-request-id", sent)]).request_id
    assert one not in ("", sent)
    assert one != other


def test_the_first_usable_request_id_counts() -> None:
    several = [("x-request-id", "not one"), ("x-request-id", "a"), ("x-request-id", "b")]
    assert context_of(several).request_id == "a"


async def outcome(
    channel: grpc.aio.Channel, operation: str, data: bytes, *metadata: tuple[str, str | bytes]
) -> tuple[grpc.StatusCode, grpc.aio.Metadata]:
    call = bytewise(channel, path(operation))(data, metadata=metadata, timeout=60)
    return await call.code(), await call.trailing_metadata()


@pytest.mark.parametrize(
    "metadata",
    [
        [("authorization", "Bearer good"), ("authorization", "Bearer good")],
        [("authorization", "Token good")],
        [("authorization-bin", b"Bearer good")],
    ],
)
async def test_a_trick_is_not_let_in(
    metadata: list[tuple[str, str | bytes]], script: Script, channel: grpc.aio.Channel
) -> None:
    code, _ = await outcome(channel, "GetMe", b"", *metadata)
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert not script.received


async def test_a_lowercase_scheme_is_let_in(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers("GetMe", samples.USER)
    data = user_pb2.GetMeRequest().SerializeToString()
    code, _ = await outcome(channel, "GetMe", data, ("authorization", f"bearer {TOKEN}"))
    assert code is grpc.StatusCode.OK


async def test_who_needs_no_token_may_send_a_wrong_one(
    script: Script, channel: grpc.aio.Channel
) -> None:
    script.answers("Login", samples.TOKENS)
    data = auth_pb2.LoginRequest(email="a", password="b").SerializeToString()
    code, _ = await outcome(channel, "Login", data, ("authorization", "Bearer old"))
    assert code is grpc.StatusCode.OK


async def test_the_request_id_comes_back(script: Script, channel: grpc.aio.Channel) -> None:
    script.answers("GetMe", samples.USER)
    token, id = ("authorization", f"Bearer {TOKEN}"), ("x-request-id", "mine-1")
    answered = await outcome(channel, "GetMe", b"", token, id)
    assert (answered[0], answered[1]["x-request-id"]) == (grpc.StatusCode.OK, "mine-1")
    assert script.received[0][1].request_id == "mine-1"
    refused = await outcome(channel, "GetMe", b"", id)
    assert refused[0] is grpc.StatusCode.UNAUTHENTICATED
    assert refused[1]["x-request-id"] == "mine-1"
    fresh = await outcome(channel, "GetMe", b"", token, ("x-request-id", "not mine"))
    assert fresh[1]["x-request-id"] == script.received[1][1].request_id != "not mine"
