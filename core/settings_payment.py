"""The section of the settings for payments."""

from typing import Final, Literal, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.settings_providers import Alipay, Simulated, Stripe, Wechat
from core.settings_sections import BETWEEN, Section

ProviderName = Literal["simulated", "stripe", "alipay", "wechat", "offline"]
PROVIDER_NAMES: Final = frozenset(get_args(ProviderName))
"""Every provider there can be, configured or not."""


class Payment(Section):
    """Payment providers, and the completion of what was left in the middle."""

    default_provider: ProviderName = Field(
        default="simulated",
        description="Provider of payments that name none: simulated, stripe, alipay, wechat or "
        "offline",
    )
    completion_interval_seconds: float = Field(
        default=0.25,
        gt=0,
        description="Pause between two looks for unfinished payments, in seconds",
    )
    timeout_seconds: float = Field(
        default=5,
        ge=0.1,
        le=10,
        description="Longest wait for one answer of a provider, in seconds; what was not answered "
        "is asked again, with the same key",
    )
    breaker_failures: int = Field(
        default=5,
        ge=1,
        description="After so many calls in a row without an answer a provider is left alone",
    )
    breaker_pause_seconds: float = Field(
        default=10,
        gt=0,
        le=600,
        description="Then one call is made as often as this, in seconds, until one is answered",
    )
    refunds_per_second: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="Most refunds that are requested in a second for cancelled events",
    )
    simulated: Simulated = Simulated()
    stripe: Stripe = Stripe()
    alipay: Alipay = Alipay()
    wechat: Wechat = Wechat()

    @model_validator(mode="after")
    def _default_is_there(self) -> "Payment":
        needed = {
            "stripe": ("PAYMENT__STRIPE__API_KEY", self.stripe.api_key),
            "alipay": ("PAYMENT__ALIPAY__APP_ID", self.alipay.app_id),
            "wechat": ("PAYMENT__WECHAT__APP_ID", self.wechat.app_id),
        }
        name, value = needed.get(self.default_provider, ("", ""))
        if value is None:
            raise PydanticCustomError(
                BETWEEN,
                "{name} must be set when PAYMENT__DEFAULT_PROVIDER is {provider}",
                {"name": name, "provider": self.default_provider},
            )
        if self.default_provider == "alipay" and self.alipay.sandbox:
            raise PydanticCustomError(
                BETWEEN,
                "PAYMENT__DEFAULT_PROVIDER must not be alipay while PAYMENT__ALIPAY__SANDBOX is "
                "true: real orders could not be paid",
            )
        return self
