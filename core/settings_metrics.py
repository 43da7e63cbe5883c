"""The section of the settings for figures."""

from typing import Final

from pydantic import Field, SecretStr, field_validator

from core.settings_sections import Section

_SHORTEST: Final = 16


class MetricsAccess(Section):
    """Figures for Prometheus: /metrics beside the REST face."""

    enabled: bool = Field(
        default=True, description="Whether anything is counted, and /metrics is served"
    )
    token: SecretStr | None = Field(
        default=None,
        description="What a scraper has to send as Authorization: Bearer …, at least 16 "
        "characters; /metrics is open to whoever reaches it when not set",
    )

    @field_validator("token")
    @classmethod
    def _is_long(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < _SHORTEST:
            raise ValueError(f"is shorter than {_SHORTEST} characters")
        return token
