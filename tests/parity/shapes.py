"""The fields of requests and answers, as each face declares them, in one notation."""

from collections.abc import Mapping
from typing import TypeAlias, cast

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

Shape: TypeAlias = str | list["Shape"] | dict[str, "Shape"]
"""`string`, `integer`, `boolean`, `time`, a list of something, or fields by name."""

Document = Mapping[str, object]


def of_message(message: type[Message]) -> dict[str, Shape]:
    """A protobuf message; the idempotency key is a header in REST and left out here."""
    found: dict[str, Shape] = {}
    for field in message.DESCRIPTOR.fields:
        if field.name == "request_id":
            continue
        below = field.message_type
        shape: Shape
        if below is None:
            shape = {
                field.CPPTYPE_STRING: "string",
                field.CPPTYPE_INT32: "integer",
                field.CPPTYPE_INT64: "integer",
                field.CPPTYPE_BOOL: "boolean",
            }[field.cpp_type]
        elif below.full_name == "google.protobuf.Timestamp":
            shape = "time"
        elif below.full_name == "google.protobuf.Struct":
            shape = {}  # whatever a fact says
        else:
            shape = of_message(GetMessageClass(cast(Descriptor, below)))  # its twin in C
        found[field.name] = [shape] if field.is_repeated else shape
    return found


def of_request(document: Document, operation: Document) -> dict[str, Shape]:
    """Path, query, If-Match and body of a REST operation together."""
    found: dict[str, Shape] = {}
    for parameter in _list(operation.get("parameters", [])):
        name = {"If-Match": "etag"}.get(str(parameter["name"]), str(parameter["name"]))
        if parameter["in"] != "header" or name == "etag":
            found[name] = of_schema(document, _mapping(parameter["schema"]))
    if "requestBody" in operation:
        body = of_schema(document, _json(_mapping(operation["requestBody"])))
        assert isinstance(body, dict)
        found |= body
    return found


def of_answer(document: Document, operation: Document) -> Shape:
    """The JSON of the one success of a REST operation; nothing at all has no fields."""
    answers = _mapping(operation["responses"])
    [success] = [
        _mapping(answers[status])
        for status in answers
        if status.startswith("2") and (status != "204" or "200" not in answers)
    ]
    if "content" not in success:
        return {}
    return of_schema(document, _json(success))


def of_schema(document: Document, schema: Document) -> Shape:
    """A JSON schema of the document; null is not told apart from absent."""
    if "$ref" in schema:
        place: object = document
        for part in str(schema["$ref"]).split("/")[1:]:
            place = _mapping(place)[part]
        return of_schema(document, _mapping(place))
    choices = [each for each in _list(schema.get("anyOf", [])) if each.get("type") != "null"]
    if choices:
        [choice] = choices
        return of_schema(document, choice)
    kind = schema["type"]
    if isinstance(kind, list):
        [kind] = [each for each in kind if each != "null"]
    if kind == "array":
        return [of_schema(document, _mapping(schema["items"]))]
    if kind == "object":
        properties = _mapping(schema.get("properties", {}))
        return {name: of_schema(document, _mapping(below)) for name, below in properties.items()}
    return "time" if schema.get("format") == "date-time" else str(kind)


def _json(said: Document) -> Document:
    """Of a stream, what each event says."""
    [content] = _mapping(said["content"]).values()
    return _mapping(_mapping(content)["schema"])


def _mapping(value: object) -> Document:
    assert isinstance(value, dict), value
    return value


def _list(value: object) -> list[Document]:
    assert isinstance(value, list), value
    return [_mapping(each) for each in value]
