"""compose.yaml says nothing that is not so: its settings are ours, its programs are there, the
migrations come first, and the front knows who serves what. It is read here, not run."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from api.app import RestConfig, create_app
from api.front.paths import paths_of
from application.served import operations_of
from application.services import Service
from core.settings import Settings
from core.settings_names import setting_names
from grpc_app.generated.holdfast.v1 import (
    api_key_pb2,
    attention_pb2,
    auth_pb2,
    event_pb2,
    fact_pb2,
    guest_pb2,
    hold_pb2,
    member_pb2,
    order_pb2,
    organizer_pb2,
    ticket_pb2,
    user_pb2,
    webhook_pb2,
)
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import World

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "catalog", "orders", "identity", "workers")
SERVING = (Service.CATALOG, Service.ORDERS, Service.IDENTITY)
PROTOS = (
    *(api_key_pb2, attention_pb2, auth_pb2, event_pb2, fact_pb2, guest_pb2, hold_pb2, member_pb2),
    *(order_pb2, organizer_pb2, ticket_pb2, user_pb2, webhook_pb2),
)
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def env_file() -> dict[str, str]:
    lines = (ROOT / "compose/development.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """The file as Docker Compose fills it in. Raises LookupError for a variable that has to be
    set."""

    def value(found: re.Match[str]) -> str:
        name, kind, text = found.groups()
        if name not in environment and kind != "-":
            raise LookupError(name)
        return environment.get(name) or text or ""

    text = (ROOT / "compose.yaml").read_text()
    parsed: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(value, text))
    return parsed


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = compose(env_file())["services"]
    return found


def test_its_parts_are_known_to_compose() -> None:
    whole = compose(env_file())
    known = {"name", "services", "networks", "volumes"}
    assert {name for name in whole if not name.startswith("x-")} == known
    for name, service in whole["services"].items():
        assert set(service) <= {
            *("image", "build", "command", "environment", "depends_on", "healthcheck", "restart"),
            *("volumes", "ports", "networks", "profiles", "hostname", "stop_grace_period"),
        }, name
        for volume in service.get("volumes", ()):
            source, *_ = volume.split(":")
            there = (ROOT / source).is_file() if source[0] == "." else source in whole["volumes"]
            assert there, f"{name}: {volume}"


def test_images_are_pinned(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name in OURS:
            assert service["build"] == "." and service["image"] == "holdfast:development"
        else:
            assert re.fullmatch(r"[a-z/]+:\d+\.\d+\.?\d*[-a-z]*", service["image"]), name
    (*bases,) = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(set(bases)) == 1 and re.fullmatch(r"python:\d+\.\d+\.\d+-\S+", bases[0])


def test_what_is_set_is_a_setting_and_is_accepted(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    names = set(setting_names(Settings))
    for service in OURS:
        environment = services[service]["environment"]
        assert set(environment) <= names, service
        with monkeypatch.context() as here:
            for name, value in environment.items():
                assert isinstance(value, str), f"{service}: {name} is to be quoted"
                here.setenv(name, value)
            settings = Settings(None)
        assert settings.secret_key.get_secret_value() == env_file()["SECRET_KEY"]
        if service != "migrate":
            assert settings.services.serve == (service,) and not settings.database.migrate


def test_a_misspelled_setting_is_refused(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in services["orders"]["environment"].items():
        if name != "SERVICES__INVENTORY":
            monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="SERVICES__INVENTORY"):
        Settings(None)


def test_commands_are_there(services: dict[str, Any]) -> None:
    copied = [
        path
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for path in line.split()[1:-1]
    ]
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(allowed) and all((ROOT / path).exists() for path in copied)
    for name in OURS:
        program, *words = services[name]["command"]
        assert program == "python"
        file = words[1].replace(".", "/") + ".py" if words[0] == "-m" else words[0]
        assert (ROOT / file).is_file() and file.split("/")[0] in copied, name
    assert services["migrate"]["command"][1:] == ["-m", "tools.migrations", "upgrade"]


def test_the_migrations_come_first(services: dict[str, Any]) -> None:
    conditions = {
        name: {other: each["condition"] for other, each in service.get("depends_on", {}).items()}
        for name, service in services.items()
    }
    assert conditions["migrate"] == {"postgres": "service_healthy"}
    for name in OURS[1:]:
        assert conditions[name]["migrate"] == "service_completed_successfully"
    for name, waits in conditions.items():
        for other, condition in waits.items():
            if condition == "service_healthy":
                assert "healthcheck" in services[other], f"{name} would wait for {other} for ever"
            assert "profiles" not in services[other], f"{name} needs {other}, which may not run"
    assert set(conditions["front"]) == {service.value for service in SERVING}
    assert {name for name, each in services.items() if "healthcheck" not in each} == {"migrate"}


def test_only_this_machine_reaches_it(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert len(ports) == len(set(ports)) >= 4
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports), ports
    assert all("ports" not in services[name] for name in (*OURS, "postgres", "redis"))


def test_secrets_are_in_the_file_of_development_alone() -> None:
    values = env_file()
    secrets = {name: value for name, value in values.items() if "__" not in name}
    assert all(value.startswith("development-only-") for value in secrets.values())
    text = (ROOT / "compose.yaml").read_text()
    assert not any(value in text for value in secrets.values())
    for name in secrets:
        with pytest.raises(LookupError, match=name):
            compose({each: value for each, value in values.items() if each != name})


def ways(which: str) -> Iterator[tuple[re.Pattern[str] | None, str]]:
    """Patterns and upstreams of a map of the front; the default's is None, and is the last."""
    text = (ROOT / "compose/front.conf").read_text()
    (block,) = re.findall(rf"map \$uri \${which} {{\n(.*?)\n    }}", text, re.DOTALL)
    default, *lines = [line.split() for line in block.splitlines()]
    for pattern, upstream in lines:
        assert pattern[0] == "~"
        yield re.compile(pattern[1:]), upstream.rstrip(";")
    assert default[0] == "default"
    yield None, default[1].rstrip(";")


def upstream(which: str, path: str) -> str:
    """As nginx decides: the first pattern that is found, else the default."""
    return next(to for pattern, to in ways(which) if pattern is None or pattern.search(path))


async def nobody_asks() -> bool:
    return True


def test_the_front_knows_who_serves_which_path() -> None:
    application, looked = World(MemoryHarness()).application, 0
    for service in SERVING:
        config = RestConfig(operations=operations_of(application, {service}))
        app = create_app(application, config, ready=nobody_asks, jwks=dict)
        for path in paths_of(app):
            if path.template.startswith("/api/v1/"):
                looked += 1
                there = upstream("rest", path.template.replace("{", "").replace("}", ""))
                assert there == f"{service.value}:8000", path.template
    assert looked > 60
    assert upstream("rest", "/simulated/payments/1") == "orders:8000"
    assert upstream("rest", "/.well-known/jwks.json") == "catalog:8000"


def test_the_front_knows_who_serves_which_rpc() -> None:
    application, looked = World(MemoryHarness()).application, 0
    served = {service: operations_of(application, {service}) for service in SERVING}
    for proto in PROTOS:
        for rpcs in proto.DESCRIPTOR.services_by_name.values():
            for method in rpcs.methods:
                (service,) = (each for each in SERVING if method.name in served[each])
                looked += 1
                there = upstream("grpc", f"/{rpcs.full_name}/{method.name}")
                assert there == f"{service.value}:50051", method.full_name
    assert looked == len(list(application.operations())) or looked > 60
