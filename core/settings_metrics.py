"""The section of the settings for figures."""

from typing import Final

from pydantic import Field, SecretStr, field_validator

from core.settings_sections import Port, Section

_SHORTEST: Final = 16


class MetricsAccess(Section):
    """Figures for Prometheus: /metrics beside the REST face, or on a port of their own."""

    enabled: bool = Field(
        default=True, description="Whether anything is counted, and /metrics is served"
    )
    token: SecretStr | None = Field(
        default=None,
        description="What a scraper has to send as Authorization: Bearer …, at least 16 "
        "characters; /metrics is open to whoever reaches it when not set",
    )

    host: str = Field(
        default="127.0.0.1", description="Address of that port; 0.0.0.0 for every network"
    )
    port: Port | None = Field(
        default=None,
        description="Port for /metrics of a process that has no REST face (grpc_main.py, "
        "worker_main.py), 0 for any free one; none when not set",
    )

    def port_without(self, *, rest: bool) -> int | None:
        """The one to listen on; None where a REST face shows the figures, or nobody counts."""
        return self.port if self.enabled and not rest else None

    @property
    def token_sent(self) -> str | None:
        return None if self.token is None else self.token.get_secret_value()

    @field_validator("token")
    @classmethod
    def _is_long(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < _SHORTEST:
            raise ValueError(f"is shorter than {_SHORTEST} characters")
        return token
