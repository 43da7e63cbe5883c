"""The documentation: true, whole, and readable without the internet."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from fastapi.routing import APIRoute

from api.app import RestConfig
from api.errors import status_of
from api.routing import AnyOperation
from api.schemas import Problem
from api.shape import Input, Output
from application.messages import ActorKind, KeyPolicy
from shared.errors import AppError
from tests.api.house import Client, House, Json, document

BY_CLASS = {error.__name__: error.reason for error in AppError.reasons().values()}
OF_EVERY_OPERATION = {
    "TOKEN_MISSING",
    "TOKEN_INVALID",
    "TOKEN_EXPIRED",
    "TOKEN_REVOKED",
    "USER_REQUIRED",
    "SCOPE_MISSING",
    "ACCESS_DENIED",
    "RATE_LIMITED",
    "MALFORMED_REQUEST",
    "REQUEST_TOO_LARGE",
    "FIELD_INVALID",
    "IDEMPOTENCY_KEY_REQUIRED",
    "IDEMPOTENCY_KEY_INVALID",
    "IDEMPOTENCY_KEY_REUSED",
    "IDEMPOTENCY_IN_PROGRESS",
    "CONFLICT",
    "INTERNAL",
    "DATABASE_UNAVAILABLE",
    "SERVICE_UNAVAILABLE",
    "OVERLOADED",
}


@cache
def offered() -> dict[str, AnyOperation]:
    application = House().application
    found = {operation.name: operation for operation in application.operations()}
    return found | {"ReceiveWebhook": application.webhooks.receive}


def described() -> Iterator[tuple[str, Json]]:
    for path, item in document()["paths"].items():
        for operation in item.values():
            yield path, operation


def said_of(name: str) -> Json:
    return next(operation for _, operation in described() if operation["operationId"] == name)


def codes(operation: Json) -> dict[str, set[int]]:
    """The documented refusals and the statuses they come with."""
    found: dict[str, set[int]] = {}
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/problem+json", {})
        for code in content.get("examples", ()):
            found.setdefault(code, set()).add(int(status))
    return found


def test_it_describes_every_operation_and_nothing_else() -> None:
    names = [operation["operationId"] for _, operation in described()]
    assert sorted(names) == sorted(offered())


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere() -> None:
    found = document()
    assert found["openapi"].startswith("3.1.")
    schemas = found["components"]["schemas"]
    references = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(found)))
    assert references and references <= set(schemas)
    assert set(re.findall(r"'\$ref': '([^']*)'", str(found))) == {
        f"#/components/schemas/{name}" for name in references
    }
    assert set(schemas) == references, "a schema that nothing uses"


def test_it_reads_well() -> None:
    found = document()
    assert len(found["info"]["description"]) > 500
    assert all(tag["description"] for tag in found["tags"])
    used = {tag for _, operation in described() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in found["tags"]}
    for _, operation in described():
        assert operation["summary"] and operation["description"].endswith((".", "…"))
        for response in operation["responses"].values():
            assert response["description"].endswith(".")


@pytest.mark.parametrize("name", sorted(offered()))
def test_tokens_and_keys_are_documented_as_the_message_has_them(name: str) -> None:
    message, rule, said = offered()[name].message, offered()[name].rule, said_of(name)
    if rule.is_open:
        assert said["security"] == []
    elif ActorKind.ANONYMOUS in rule.kinds:
        assert said["security"] == [{}, {"bearer": []}]
    else:
        assert said["security"] == [{"bearer": []}]
    keys = [each for each in said.get("parameters", ()) if each["name"] == "Idempotency-Key"]
    if message.key_policy is KeyPolicy.NONE:
        assert keys == []
    else:
        (key,) = keys
        assert key["required"] == (message.key_policy is KeyPolicy.REQUIRED)


@pytest.mark.parametrize("name", sorted(offered()))
def test_refusals_are_those_that_the_handler_promises(name: str) -> None:
    """What a handler raises is said in its docstring, and nothing else is documented."""
    promise = (type(offered()[name].handle).__doc__ or "").partition("Raises")[2]
    promised = {BY_CLASS[word] for word in re.findall(r"\w+", promise) if word in BY_CLASS}
    documented = set(codes(said_of(name)))
    assert promised <= documented
    assert documented - OF_EVERY_OPERATION <= promised


@pytest.mark.parametrize("name", sorted(offered()))
def test_whoever_may_not_call_is_told_so(name: str) -> None:
    """The refusals of the pipeline, as the rule of the operation has them."""
    operation = offered()[name]
    rule, documented = operation.rule, set(codes(said_of(name)))
    named = {ActorKind.USER, ActorKind.GUEST, ActorKind.API_KEY}
    expected = {
        "TOKEN_MISSING": not rule.is_open and ActorKind.ANONYMOUS not in rule.kinds,
        "TOKEN_REVOKED": not rule.is_open,
        "USER_REQUIRED": ActorKind.USER in rule.kinds and not named <= rule.kinds,
        "SCOPE_MISSING": ActorKind.API_KEY in rule.kinds,
        "ACCESS_DENIED": rule.superuser or (not rule.is_open and ActorKind.USER not in rule.kinds),
        "RATE_LIMITED": name != "ReceiveWebhook",  # in a while, or at a time
        "OVERLOADED": True,
    }
    assert {code: code in documented for code in expected} == expected


def test_who_may_call_is_said_in_words() -> None:
    ends = {
        "Login": "For everybody; no token is looked at.",
        "GetMe": "For users.",
        "GetUser": "For superusers.",
        "CreateGuest": "For those without a token and API keys.",
        "GetHold": "For users and guests.",
        "GetOrganizer": "For users, guests and API keys.",
        "CreateApiKey": "For users. Of an organizer's members, those with the role `OWNER`.",
        "GetOrder": "For users, guests and API keys. Of an organizer's members, those with the "
        "role `OWNER`, `MANAGER` or `FINANCE`.",
        "RemoveMember": "For users. Of an organizer's members, any may.",
    }
    for name, end in ends.items():
        assert said_of(name)["description"].endswith(f"\n\n{end}")


def test_limits_are_documented_where_they_are_counted() -> None:
    fields = {"RateLimit", "RateLimit-Policy"}
    for name, operation in offered().items():
        for status, response in said_of(name)["responses"].items():
            told = fields & set(response.get("headers", ()))
            limited = operation.limited and (status < "300" or status == "429")
            assert told == (fields if limited else set()), (name, status)
        refused = said_of(name)["responses"].get("429", {"headers": {"Retry-After": {}}})
        assert "Retry-After" in refused["headers"]


def test_every_refusal_is_documented_with_its_status() -> None:
    for _, operation in described():
        for code, statuses in codes(operation).items():
            error = AppError.reasons()[code]
            expected = {status_of(error)}
            if (operation["operationId"], code) == ("UpdateEvent", "CONFLICT"):
                expected.add(status_of(error, if_match=True))
            assert statuses == expected


def test_successes_are_documented() -> None:
    successes = {
        operation["operationId"]: next(iter(operation["responses"])) for _, operation in described()
    }
    created = {name for name, status in successes.items() if status == "201"}
    assert created == {
        "Register",
        "CreateGuest",
        "InviteMember",
        "CreateApiKey",
        "CreateWebhookEndpoint",
        "CreateOrganizer",
        "CreateEvent",
        "AddTicketType",
        "CreateHold",
        "CreateOrder",
        "PayOrder",
        "RefundOrder",
    }
    bodiless = {name for name, status in successes.items() if status in ("202", "204")}
    assert bodiless == {name for name, each in offered().items() if each.answers is type(None)} - {
        "ReceiveWebhook"
    }
    for name in bodiless:
        assert "content" not in said_of(name)["responses"][successes[name]]
    assert set(successes.values()) == {"200", "201", "202", "204"}
    for name in created - {"CreateGuest"}:
        assert "Location" in said_of(name)["responses"]["201"]["headers"]
    assert "304" in said_of("GetEvent")["responses"]


@pytest.mark.parametrize("model", [*Input.__subclasses__(), *Output.__subclasses__()])
def test_examples_are_valid(model: type[Input] | type[Output]) -> None:
    schema = document()["components"]["schemas"].get(model.__name__, {})
    for example in schema.get("examples", ()):
        read = model.model_validate(example)
        if isinstance(read, Output):
            fields = set(type(read).model_fields)
            assert fields == set(example), "an answer always has all of its fields"


def test_every_request_and_answer_has_an_example() -> None:
    schemas = document()["components"]["schemas"]
    for _, operation in described():
        status = next(iter(operation["responses"]))
        content = operation["responses"][status].get("content", {})
        shapes = [each["schema"] for each in content.values()]
        if operation["operationId"] != "ReceiveWebhook":
            if "requestBody" in operation:
                shapes.append(operation["requestBody"]["content"]["application/json"]["schema"])
            for shape in shapes:
                name = shape["$ref"].rsplit("/", 1)[1]
                assert schemas[name]["examples"], name


def test_examples_of_refusals_are_problems() -> None:
    count = 0
    for path, operation in described():
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get("application/problem+json", {})
            for code, example in content.get("examples", {}).items():
                problem = Problem.model_validate(example["value"], strict=True)
                assert (str(problem.status), problem.code) == (status, code)
                assert problem.instance == path
                count += 1
    assert count > 200


def test_every_route_below_the_prefix_is_described() -> None:
    routes = [route for route in House().rest.router.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(offered())
    assert all(route.path_format.startswith("/api/v1/") for route in routes)


async def test_the_page_needs_no_internet(stranger: Client) -> None:
    page = await stranger.get("/docs", expect=200)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"(?:https?:)?//", page.text)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 5
    for path in loaded:
        answer = await stranger.get(f"/{path}", expect=200)
        assert answer.content
    start = await stranger.get("/docs/start.js")
    assert not re.search(r"(?:https?:)?//(?! )", start.text)
    assert 'url: "openapi.json"' in start.text


async def test_the_page_may_load_from_here_only(stranger: Client) -> None:
    policy = (await stranger.get("/docs")).headers["content-security-policy"]
    sources = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert sources["default-src"] == "'none'"
    assert (sources["script-src"], sources["connect-src"]) == ("'self'", "'self'")


async def test_the_user_interface_knows_openapi_3_1(stranger: Client) -> None:
    bundle = (await stranger.get("/docs/swagger-ui-bundle.js")).text
    version = re.search(r'PACKAGE_VERSION:"(\d+)\.', bundle)
    assert version is not None and int(version[1]) >= 5


async def test_the_document_is_served(stranger: Client) -> None:
    assert (await stranger.get("/openapi.json", expect=200)).json() == document()


async def test_the_documentation_can_be_left_out() -> None:
    stranger = House(RestConfig(docs=False)).client()
    for path in ("/docs", "/openapi.json", "/docs/start.js"):
        await stranger.get(path, expect=404)
