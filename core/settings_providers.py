"""The sections of the settings for payment providers: accounts there, and the keys to them."""

import json
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from core.secret_key import weakness
from core.settings_sections import BETWEEN, YEAR, Section

_SECRET_KEYS: Final = ("sk_", "rk_")
_TEST_KEYS: Final = ("sk_test_", "rk_test_")
_ADDRESS: Final = r"^https?://[^\s]+$"


def _several(value: object) -> object:
    """Separated by commas, or a list in JSON."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        return tuple(json.loads(value))
    except ValueError:
        raise ValueError("is neither a list in JSON nor separated by commas") from None


Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_several)]


class Simulated(Section):
    """The simulated payment provider, which runs inside. Tests may always be paid there; real
    orders only where it is the PAYMENT__DEFAULT_PROVIDER."""

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


class Stripe(Section):
    """Stripe, where PAYMENT__STRIPE__API_KEY is set."""

    api_key: SecretStr | None = Field(
        default=None,
        description="Secret or restricted key (sk_…, rk_…) that real orders are paid with. With "
        "one of Stripe's test mode, no real money moves at all",
    )
    api_base: str | None = Field(
        default=None, pattern=_ADDRESS, description="Address of the API; Stripe's own when not set"
    )
    webhook_secrets: Secrets = Field(
        default=(),
        description="Signing secrets (whsec_…) of the webhook endpoint, separated by commas: two "
        "while one is replaced. Without any, payments are found by asking alone, which is later",
    )
    test_api_key: SecretStr | None = Field(
        default=None,
        description="Key of Stripe's test mode (sk_test_…, rk_test_…) for orders that are tests; "
        "when not set PAYMENT__STRIPE__API_KEY, if that is one, else Stripe takes no tests",
    )
    test_webhook_secrets: Secrets = Field(
        default=(),
        description="Signing secrets of the endpoint of the test mode; those of "
        "PAYMENT__STRIPE__WEBHOOK_SECRETS when not set and the key is the same",
    )
    return_url: str | None = Field(
        default=None,
        pattern=_ADDRESS,
        description="Where buyers come back to from Stripe's page; {order_id} and {payment_id} in "
        "it are filled in. MAIL__LINK_BASE/orders/{order_id} when not set",
    )

    @field_validator("api_key", "test_api_key")
    @classmethod
    def _is_secret(cls, key: SecretStr | None) -> SecretStr | None:
        text = "" if key is None else key.get_secret_value()
        if text.startswith("pk_"):
            raise ValueError(
                "is a publishable key (pk_…), which is for browsers; the secret one begins with "
                "sk_ or rk_"
            )
        if key is not None and not text.startswith(_SECRET_KEYS):
            raise ValueError("must begin with sk_ or rk_")
        return key

    @field_validator("test_api_key")
    @classmethod
    def _is_of_the_test_mode(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not key.get_secret_value().startswith(_TEST_KEYS):
            raise ValueError("must begin with sk_test_ or rk_test_: it is for tests")
        return key

    @field_validator("webhook_secrets", "test_webhook_secrets")
    @classmethod
    def _are_signing_secrets(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not all(secret.get_secret_value().startswith("whsec_") for secret in secrets):
            raise ValueError("must begin with whsec_, each of them")
        return secrets

    @property
    def key_of_tests(self) -> SecretStr | None:
        """What tests are asked with, if at all."""
        if self.test_api_key is not None or self.api_key is None:
            return self.test_api_key
        return self.api_key if self.api_key.get_secret_value().startswith(_TEST_KEYS) else None

    @property
    def secrets_of_tests(self) -> tuple[SecretStr, ...]:
        if self.test_webhook_secrets or self.key_of_tests != self.api_key:
            return self.test_webhook_secrets
        return self.webhook_secrets


class _Account(Section):
    """All of what has no default belongs together."""

    def _complete(self, name: str, *needed: str) -> None:
        missing = [each for each in needed if getattr(self, each) is None]
        if missing and len(missing) < len(needed):
            names = ", ".join(f"PAYMENT__{name}__{each.upper()}" for each in missing)
            raise PydanticCustomError(
                BETWEEN, "{names} must be set when others of it are", {"names": names}
            )


class Alipay(_Account):
    """Alipay, where PAYMENT__ALIPAY__APP_ID and the rest of it are set."""

    app_id: str | None = Field(default=None, min_length=1, description="Id of the app")
    private_key: SecretStr | None = Field(
        default=None, description="The app's private key, RSA2: PEM or base64"
    )
    alipay_public_key: str | None = Field(
        default=None, min_length=1, description="Alipay's public key (not the app's own)"
    )
    seller_id: str | None = Field(
        default=None, min_length=1, description="Account that the money goes to (2088…)"
    )
    notify_url: str | None = Field(
        default=None,
        pattern=_ADDRESS,
        description="Where notifications come in: …/api/v1/payments/webhooks/alipay, as it is "
        "reached from outside",
    )
    gateway: str = Field(
        default="https://openapi.alipay.com/gateway.do",
        pattern=_ADDRESS,
        description="Address of the API",
    )
    sandbox: bool = Field(
        default=False,
        description="Whether that is the sandbox, whose app has keys of its own: then tests are "
        "paid there, and real orders are not",
    )

    @model_validator(mode="after")
    def _is_complete(self) -> "Alipay":
        self._complete(
            "ALIPAY", "app_id", "private_key", "alipay_public_key", "seller_id", "notify_url"
        )
        return self


class Wechat(_Account):
    """WeChat Pay, where PAYMENT__WECHAT__APP_ID and the rest of it are set. It has no test mode."""

    app_id: str | None = Field(default=None, min_length=1, description="Id of the app")
    merchant_id: str | None = Field(default=None, min_length=1, description="Id of the merchant")
    serial: str | None = Field(
        default=None, min_length=1, description="Serial number of the merchant's certificate"
    )
    private_key: SecretStr | None = Field(
        default=None, description="Private key of that certificate, in PEM"
    )
    api_v3_key: SecretStr | None = Field(
        default=None, description="APIv3 key, 32 characters: notifications are sealed with it"
    )
    platform_public_key: str | None = Field(
        default=None, min_length=1, description="Public key or certificate of WeChat Pay, in PEM"
    )
    platform_serial: str | None = Field(
        default=None, min_length=1, description="Its id or serial number"
    )
    notify_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+$",
        description="Where notifications come in: …/api/v1/payments/webhooks/wechat, as it is "
        "reached from outside",
    )
    api_base: str = Field(
        default="https://api.mch.weixin.qq.com", pattern=_ADDRESS, description="Address of the API"
    )

    @model_validator(mode="after")
    def _is_complete(self) -> "Wechat":
        self._complete(
            "WECHAT",
            "app_id",
            "merchant_id",
            "serial",
            "private_key",
            "api_v3_key",
            "platform_public_key",
            "platform_serial",
            "notify_url",
        )
        return self
