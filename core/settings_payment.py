"""The section of the settings for payments."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from core.secret_key import weakness
from core.settings_sections import YEAR, Section


class Simulated(Section):
    """The simulated payment provider, which runs inside."""

    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Key of its webhook signatures; derived from SECRET_KEY when not set",
    )
    webhook_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Where its webhooks go; the address of the REST face when not set",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Where buyers reach its approval page; the address of the REST face when not "
        "set",
    )
    late_seconds: float = Field(
        default=1,
        ge=0,
        le=YEAR,
        description="How late the methods succeed_late and instant_late succeed, in seconds",
    )
    duplicates: float = Field(
        default=0.1, ge=0, le=1, description="Share of its webhooks that it delivers twice"
    )
    jitter_seconds: float = Field(
        default=0.2,
        ge=0,
        description="Longest random delay of a webhook, in seconds; it puts them out of order",
    )

    @field_validator("webhook_secret")
    @classmethod
    def _is_strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and (weak := weakness(secret.get_secret_value())) is not None:
            raise ValueError(weak)
        return secret


class Payment(Section):
    """Payment providers, and the completion of what was left in the middle."""

    default_provider: Literal["simulated"] = Field(
        default="simulated", description="Provider of payments that name none"
    )
    completion_interval_seconds: float = Field(
        default=0.25,
        gt=0,
        description="Pause between two looks for unfinished payments, in seconds",
    )
    simulated: Simulated = Simulated()
