"""Faces for callers who send more than they are asked for, with every call they make."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import httpx2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tests.faces.outcome import Face, Outcome, Plain, Request
from tests.faces.rest import RestFace, field_of, outcome
from tests.faces.rpc import GrpcFace
from tests.hostile.names import OTHER_ID, hostile

HEADERS = (
    ("x-user-id", OTHER_ID),
    ("x-actor", "system"),
    ("x-superuser", "true"),
    ("x-http-method-override", "DELETE"),
)


@dataclass(slots=True)
class GreedyRest(Face):
    """Sends `names` that are no fields of an operation: in the body, which must be refused with
    each of them named; as a form, which must be refused; and in the query, beside the request as
    it should be. What the fields of an operation are, the other face says."""

    face: RestFace
    grpc: GrpcFace
    names: Collection[str]
    name: str = "rest"
    refused: list[str] = field(default_factory=list)

    def operations(self) -> frozenset[str]:
        return self.face.operations()

    def call(
        self,
        operation: str,
        request: Request,
        *,
        token: str | None,
        key: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Outcome:
        route = self.face.routes[operation]
        own = cast(Descriptor, self.grpc.rpcs[operation].request.DESCRIPTOR)  # or its twin in C
        rest = dict(request)
        path = route.path
        for part in own.fields_by_name:
            if f"{{{part}}}" in path:
                path = path.replace(f"{{{part}}}", str(rest.pop(part)))
        sent = [*headers, *HEADERS]
        if token is not None:
            sent.append(("authorization", f"Bearer {token}"))
        if key is not None:
            sent.append(("idempotency-key", key))
        if (etag := rest.pop("etag", None)) is not None:
            sent.append(("if-match", str(etag)))
        query = {
            name: [str(each) for each in value] if isinstance(value, list) else str(value)
            for name in sorted(route.query & rest.keys())
            if (value := rest.pop(name)) is not None
        }
        if route.has_body:
            self._in_the_body(operation, path, sent, rest, own)
        more = {each: str(hostile(each)) for each in self.names if each not in own.fields_by_name}
        json = rest if route.has_body else more if route.method == "POST" else None

        def ask(params: Mapping[str, list[str] | str]) -> Outcome:
            if route.is_stream:
                return self.face.first(path, params, sent)
            return outcome(
                self.face.request(route.method, path, params=params, headers=sent, json=json)
            )

        said = ask({**more, **query})
        if route.query and said.refusal is not None:
            assert {place for place, _ in said.refusal.fields} == set(more), (operation, said)
            said = ask(query)
        return said

    def _in_the_body(
        self,
        operation: str,
        path: str,
        headers: list[tuple[str, str]],
        body: Mapping[str, Plain],
        own: Descriptor,
    ) -> None:
        method = self.face.routes[operation].method
        places: list[str] = []
        greedy = self._with_more(body, own, "", places)
        answer = self.face.request(method, path, headers=headers, json=greedy)
        problem = answer.json()
        assert problem.get("code") == "FIELD_INVALID", (operation, problem)
        named = {field_of(error["pointer"]) for error in problem["errors"]}
        assert named == set(places), (operation, named ^ set(places))
        form = [*headers, ("content-type", "application/x-www-form-urlencoded")]
        text = str(httpx2.QueryParams({name: str(value) for name, value in greedy.items()}))
        answer = self.face.request(method, path, headers=form, content=text.encode())
        assert answer.status_code in (400, 415, 422), (operation, answer.text)
        self.refused += places

    def _with_more(
        self, body: Mapping[str, Plain], own: Descriptor, at: str, places: list[str]
    ) -> dict[str, Plain]:
        """Notes where it put something."""
        greedy: dict[str, Plain] = {}
        for name, value in body.items():
            below = own.fields_by_name[name].message_type or own  # `own`: of what is no message
            if isinstance(value, dict):
                greedy[name] = self._with_more(value, below, f"{at}{name}.", places)
            elif isinstance(value, list):
                greedy[name] = [
                    (
                        self._with_more(each, below, f"{at}{name}[{number}].", places)
                        if isinstance(each, dict)
                        else each
                    )
                    for number, each in enumerate(value)
                ]
            else:
                greedy[name] = value
        for name in sorted(self.names):
            if name not in own.fields_by_name or name == "request_id":
                greedy[name] = hostile(name)
                places.append(f"{at}{name}")
        return greedy

    def close(self) -> None:
        self.face.close()


@dataclass(slots=True)
class GreedyGrpc(Face):
    """Sends the fields of the answer in the request, under the numbers they have there, and again
    in every message of the request."""

    face: GrpcFace
    name: str = "grpc"
    sent: list[str] = field(default_factory=list)

    def operations(self) -> frozenset[str]:
        return self.face.operations()

    def call(
        self,
        operation: str,
        request: Request,
        *,
        token: str | None,
        key: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Outcome:
        rpc = self.face.rpcs[operation]
        fields = dict(request) if key is None else {**request, "request_id": key}
        message = ParseDict(
            {name: value for name, value in fields.items() if value is not None}, rpc.request()
        )
        kind = rpc.answer if rpc.answer.DESCRIPTOR.fields else self.face.rpcs["GetMe"].answer
        self._add(message, kind)
        return self.face.send(operation, message, token=token, headers=(*headers, *HEADERS))

    def _add(self, message: Message, kind: type[Message]) -> None:
        for _, value in message.ListFields():
            for each in value if isinstance(value, Sequence) else [value]:
                if isinstance(each, Message) and not isinstance(each, Timestamp):
                    self._add(each, kind)
        own = {each.number for each in message.DESCRIPTOR.fields}
        more = filled(kind)
        for each in more.DESCRIPTOR.fields:
            if each.number in own:
                more.ClearField(each.name)
        self.sent += [each.name for each, _ in more.ListFields()]
        message.MergeFromString(more.SerializeToString())

    def close(self) -> None:
        self.face.close()


def filled(kind: type[Message]) -> Message:
    """A message with something in every field."""
    return ParseDict(dict(_json(cast(Descriptor, kind.DESCRIPTOR))), kind())


def _json(descriptor: Descriptor) -> Iterator[tuple[str, Plain]]:
    for each in descriptor.fields:
        value = _of(each)
        yield each.name, [value] if each.is_repeated else value


def _of(wanted: FieldDescriptor) -> Plain:
    below = wanted.message_type
    value = hostile(wanted.name)
    if below is not None:
        if below.full_name == "google.protobuf.Timestamp":
            return "2099-01-01T00:00:00Z"
        if below.full_name == "google.protobuf.Struct":  # of any names, in any depth
            return {"intruder": "intruder"}
        return dict(_json(below))
    if wanted.cpp_type == wanted.CPPTYPE_BOOL:
        return value if isinstance(value, bool) else True
    if wanted.cpp_type == wanted.CPPTYPE_STRING:
        return value if isinstance(value, str) else "intruder"
    return value if isinstance(value, int) else 99
