"""Sends what it is given to both faces and keeps the text of every refusal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
import httpx2

from demo.instance import Addresses

PREFIX = "/api/v1"


@dataclass(slots=True)
class Caller:
    rest: httpx2.Client
    channel: grpc.Channel
    refusals: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def of(cls, addresses: Addresses) -> Iterator["Caller"]:
        with (
            httpx2.Client(base_url=addresses.rest_url, timeout=30) as rest,
            grpc.insecure_channel(addresses.grpc_target) as channel,
        ):
            yield cls(rest=rest, channel=channel)

    def send(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        answer = self.rest.request(method, PREFIX + path, **sent)
        if not answer.is_success:
            headers = [f"{name}: {value}" for name, value in answer.headers.items()]
            self.refusals.append("\n".join([str(answer.status_code), *headers, answer.text]))
        return answer

    def post(self, path: str, bearer: str | None = None, /, **body: Any) -> httpx2.Response:
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        return self.send("POST", path, json=body, headers=headers)

    def ok(self, path: str, bearer: str | None = None, /, **body: Any) -> dict[str, Any]:
        answer = self.post(path, bearer, **body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def refused(self, method: str, path: str, **sent: Any) -> None:
        answer = self.send(method, path, **sent)
        assert not answer.is_success, answer.text

    def rpc(self, method: str, content: bytes, *metadata: tuple[str, str | bytes]) -> None:
        """Must be refused."""
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(
            f"/holdfast.v1.{method}", request_serializer=bytes, response_deserializer=bytes
        )
        try:
            call(content, metadata=metadata, timeout=30)
        except grpc.RpcError as error:
            refusal = cast(grpc.Call, error)  # the call itself is what is raised
            told: Sequence[tuple[str, str | bytes]] = [
                *(refusal.initial_metadata() or ()),
                *(refusal.trailing_metadata() or ()),
            ]
            self.refusals.append(f"{refusal.details()}\n{_shown(told)}")
            return
        raise AssertionError(f"{method} was not refused")


def _shown(told: Sequence[tuple[str, str | bytes]]) -> str:
    """Binary values as they are, and not as their repr: that would write a NUL in four letters."""
    return "\n".join(
        f"{name}: {value if isinstance(value, str) else value.decode('latin-1')}"
        for name, value in told
    )
