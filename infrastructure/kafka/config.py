"""How to reach Kafka, and how patient to be."""

import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

_SCHEMES = {"kafka": False, "kafkas": True}
_DEFAULT_PORT = 9092


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConfig:
    """`url` is `kafka://[user:password@]host[:port][,host[:port]…]`, or `kafkas://` with TLS; a
    user means SASL by `sasl_mechanism`.

    Topics that are missing are made with `partitions` and `replication_factor`. Partitions are
    never added later: keys would move, and lose their order.
    """

    url: str = field(repr=False)
    partitions: int = 12
    replication_factor: int = 1
    timeout_seconds: float = 10.0
    """Longest wait for an acknowledgement."""
    session_seconds: float = 10.0
    """After this much silence a member of a group is taken for dead."""
    sasl_mechanism: str = "SCRAM-SHA-512"

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in _SCHEMES or not self.servers:
            raise ValueError("the address of Kafka is kafka://host:port[,host:port…] or kafkas://…")

    @property
    def servers(self) -> list[str]:
        hosts = urlsplit(self.url).netloc.rpartition("@")[2].split(",")
        return [
            host if host.rpartition(":")[2].isdigit() else f"{host}:{_DEFAULT_PORT}"
            for host in hosts
            if host
        ]

    def client_options(self) -> dict[str, Any]:
        """What producer, consumer and administrator have in common."""
        user, _, password = urlsplit(self.url).netloc.rpartition("@")[0].partition(":")
        encrypted = _SCHEMES[urlsplit(self.url).scheme]
        options: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "client_id": "holdfast",
            "request_timeout_ms": round(self.timeout_seconds * 1000),
            "security_protocol": f"{'SASL_' * bool(user)}{'SSL' if encrypted else 'PLAINTEXT'}",
        }
        if encrypted:
            options["ssl_context"] = ssl.create_default_context()
        if user:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = unquote(user)
            options["sasl_plain_password"] = unquote(password)
        return options
