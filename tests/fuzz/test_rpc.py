"""Every RPC of every service, as its descriptor has it: nothing we are sent is our own mistake."""

from collections import Counter
from random import Random
from typing import TypeAlias, cast

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status
from hypothesis import HealthCheck, Phase, given
from hypothesis import seed as seeded
from hypothesis import settings
from hypothesis import strategies as st

from application.app import Application  # noqa: F401  # declares every reason
from demo.instance import Addresses
from grpc_app.errors import DOMAIN
from grpc_app.generated.holdfast.v1.user_pb2 import ChangePasswordRequest
from shared.errors import AppError
from tests.faces.rpc import methods
from tests.fuzz.account import Account
from tests.fuzz.chain import missing
from tests.fuzz.messages import Sense, drawn, references, texts
from tests.fuzz.sale import sell
from tests.fuzz.sizes import Size
from tests.fuzz.things import Things
from tests.fuzz.words import Fresh

ROUNDS = 4
"""How often every RPC gets its turn: there is more to be found when others have done something."""
OURS = frozenset({grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN})

_PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=150)
_AUTHORIZATIONS = (
    "",
    "Bearer",
    "Bearer ",
    "Bearer null",
    "Basic Zm9vOmJhcg==",
    "Bearer {token} {token}",
    "Bearer {token}, Bearer {token}",
    "bearer   {token}",
    "BEARER {token}=",
    "{token}",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Bearer ..",
    "Bearer " + "a" * 3000,
)
_BEARERS = st.lists(st.sampled_from(_AUTHORIZATIONS) | _PRINTABLE, max_size=2)
_BESIDE = st.lists(
    st.tuples(st.sampled_from(["x-request-id", "idempotency-key", "x-api-key"]), _PRINTABLE)
    | st.tuples(
        st.sampled_from(["authorization-bin", "x-request-id-bin", "x-bin"]), st.binary(max_size=99)
    ),
    max_size=3,
)

Send: TypeAlias = "grpc.UnaryUnaryMultiCallable[bytes, bytes]"
Tell: TypeAlias = "grpc.UnaryStreamMultiCallable[bytes, bytes]"
Metadata = tuple[tuple[str, str | bytes], ...]


class Caller:
    """Sends one request after the other, and judges every answer."""

    def __init__(self, addresses: Addresses, seed: int) -> None:
        self._channel = grpc.insecure_channel(addresses.grpc_target)
        self._account = Account(addresses.rest_url, f"caller-{seed}")
        self._token = self._account.token()
        self._things = Things()
        self.sense = Sense(self._things, Fresh(str(seed)))
        self.answers: Counter[tuple[str, str]] = Counter()

    def close(self) -> None:
        self._channel.close()

    def bearer(self, pattern: str = "Bearer {token}") -> str:
        return pattern.replace("{token}", self._token)

    def call(self, method: MethodDescriptor, data: bytes, metadata: Metadata) -> None:
        path = f"/{method.containing_service.full_name}/{method.name}"
        send: Send = self._channel.unary_unary(path)
        tell: Tell = self._channel.unary_stream(path)
        try:
            if method.server_streaming:  # what it tells first; then it is left
                told = tell(data, metadata=metadata, timeout=30)
                said = next(told)
                told.cancel()
            else:
                said = send(data, metadata=metadata, timeout=30)
            answer = GetMessageClass(method.output_type).FromString(said)
        except grpc.RpcError as error:
            # The call itself is what is raised.
            self._judge(method, cast(grpc.Call, error), data, metadata)
            return
        self.answers[method.name, "OK"] += 1
        if method.name == "ChangePassword":
            self._account.password = ChangePasswordRequest.FromString(data).new_password
        self._learn(method, data, well=True)
        self._things.remember(dict(references(answer)))

    def ask(self, name: str, request: Message) -> Message:
        """A request that must go well, of the same account."""
        (method,) = (each for each in methods() if each.name == name)
        path = f"/{method.containing_service.full_name}/{method.name}"
        send: Send = self._channel.unary_unary(path)
        metadata = (("authorization", self.bearer()),)
        data = send(request.SerializeToString(), metadata=metadata, timeout=30)
        answer = GetMessageClass(method.output_type).FromString(data)
        self.answers[name, "OK"] += 1
        self._things.remember(dict(references(answer)))
        return answer

    def renew(self) -> None:
        """A token that is good now."""
        self._token = self._account.token()

    def _judge(
        self, method: MethodDescriptor, call: grpc.Call, data: bytes, metadata: Metadata
    ) -> None:
        said = f"{method.name} {metadata} {data!r}: {call.code()} {call.details()}"
        assert call.code() not in OURS, said
        status = rpc_status.from_call(call)
        assert status is not None, f"no details: {said}"
        info = ErrorInfo()
        assert any(detail.Unpack(info) for detail in status.details), f"no ErrorInfo: {said}"
        assert info.domain == DOMAIN, said
        assert info.reason in AppError.reasons(), said
        self.answers[method.name, info.reason] += 1
        self._learn(method, data, well=False)
        if call.code() is grpc.StatusCode.UNAUTHENTICATED and _plain(metadata, self.bearer()):
            opened = self._account.opened
            self._token = self._account.token()
            if self._account.opened != opened:
                self._things.forget()

    def _learn(self, method: MethodDescriptor, data: bytes, *, well: bool) -> None:
        request = GetMessageClass(method.input_type)()
        try:
            request.ParseFromString(data)
        except DecodeError:
            return  # it had no references then
        self._things.learn(method.name, texts(request), well=well)


def _plain(metadata: Metadata, bearer: str) -> bool:
    """Whether that is all it said of who is calling."""
    return [value for name, value in metadata if name == "authorization"] == [bearer]


def test_no_request_is_our_own_mistake(fuzzed: Addresses, seed: int, size: Size) -> None:
    caller = Caller(fuzzed, seed)
    found = sorted(methods(), key=lambda method: method.full_name)
    try:
        for turn in range(ROUNDS):
            caller.renew()
            sell(caller.ask)
            for number, method in enumerate(found):
                _fuzz(caller, method, size.calls // ROUNDS, seed * 1_000_000 + turn * 1000 + number)
    finally:
        caller.close()
        print(_table(caller.answers))
    succeeded = {name for name, reason in caller.answers if reason == "OK"}
    assert missing(succeeded) == []
    assert {name for name, _ in caller.answers} == {method.name for method in found}


def _fuzz(caller: Caller, method: MethodDescriptor, calls: int, seed: int) -> None:
    # What is drawn never depends on what the server said: only then can Hypothesis repeat it.
    @seeded(seed)
    @settings(
        max_examples=calls,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        mood=st.integers(0, 9),
        wild=drawn(method.input_type),
        noise=st.binary(max_size=64),
        bearers=_BEARERS,
        beside=_BESIDE,
        random=st.randoms(use_true_random=True),
    )
    def send(
        mood: int,
        wild: Message,
        noise: bytes,
        bearers: list[str],
        beside: list[tuple[str, str | bytes]],
        random: Random,
    ) -> None:
        data = _message(caller.sense, method, mood, wild, noise, random)
        if mood in (2, 9):
            patterns = bearers
        else:
            patterns, beside = ["Bearer {token}"], beside if mood == 1 else []
        sent = [("authorization", caller.bearer(pattern)) for pattern in patterns]
        caller.call(method, data, (*sent, *beside))

    send()


def _message(
    sense: Sense, method: MethodDescriptor, mood: int, wild: Message, noise: bytes, random: Random
) -> bytes:
    """Half make sense; in some one field is drawn, in others all are; the rest is no message."""
    sensible = sense.request(method.input_type, method.name, random)
    if mood < 4:
        return sensible.SerializeToString()
    if mood < 7:
        drawn_fields = [field for field, _ in wild.ListFields()]
        if drawn_fields:
            name = random.choice(drawn_fields).name
            sensible.ClearField(name)
            part = type(wild)()
            part.CopyFrom(wild)
            for field in drawn_fields:
                if field.name != name:
                    part.ClearField(field.name)
            sensible.MergeFrom(part)
        return sensible.SerializeToString()
    if mood < 9:
        return wild.SerializeToString()
    whole = sensible.SerializeToString()
    cut = random.randrange(len(whole) + 1)
    return random.choice([noise, whole[:cut], whole[:cut] + noise + whole[cut:], whole + noise])


def _table(answers: Counter[tuple[str, str]]) -> str:
    lines = [f"{'RPC':<28} {'calls':>8} {'OK':>6}  refused with"]
    for name in sorted({name for name, _ in answers}):
        reasons = {reason: n for (each, reason), n in answers.items() if each == name}
        refused = ", ".join(
            f"{reason} {n}" for reason, n in sorted(reasons.items()) if reason != "OK"
        )
        lines.append(f"{name:<28} {sum(reasons.values()):>8} {reasons.get('OK', 0):>6}  {refused}")
    lines.append(f"{'all':<28} {answers.total():>8}")
    return "\n".join(["", *lines])
