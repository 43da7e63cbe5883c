"""What cannot be started says what to install."""

from pathlib import Path

import pytest

from tools.services import Kafka, RabbitMq, Redis, Server, ServiceError, rabbitmq


@pytest.mark.parametrize(
    ("kind", "package"),
    [(Redis, "redis-server"), (RabbitMq, "rabbitmq-server"), (Kafka, "openjdk-17-jre-headless")],
)
def test_what_is_missing(
    kind: type[Server], package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rabbitmq, "_SCRIPT", tmp_path / "rabbitmq-server")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServiceError, match=f"is missing: apt-get install .*{package}"):
        kind(tmp_path).start()
