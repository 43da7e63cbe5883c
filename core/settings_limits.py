"""The sections of the settings for rate limits."""

from ipaddress import ip_network
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from core.settings_sections import Section, check_url

_MOST_PER_MINUTE: Final = 60_000_000  # one each microsecond: finer is not counted

PerMinute = Annotated[int, Field(ge=0, le=_MOST_PER_MINUTE)]


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = (part.strip() for part in value.split(","))
    try:
        return tuple(str(ip_network(part)) for part in parts if part)
    except ValueError:
        raise ValueError("must be networks such as 10.0.0.0/8, separated by commas") from None


class Limits(Section):
    """How often callers may change things."""

    writes_per_actor_per_minute: PerMinute = Field(
        default=240, description="Writes of one user, guest or API key in a minute; 0 for no limit"
    )
    writes_per_address_per_minute: PerMinute = Field(
        default=1200,
        description="Writes from one address in a minute, whoever they are of; 0 for no limit",
    )
    anonymous_writes_per_address_per_minute: PerMinute = Field(
        default=60,
        description="Those of them without a token (logins, new accounts); 0 for no limit",
    )
    new_buyers_per_address_per_hour: PerMinute = Field(
        default=60,
        description="Accounts and guests made from one address in an hour; 0 for no limit",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_networks)] = Field(
        default=(),
        description="Networks of the proxies in front, separated by commas: the addresses that "
        "they report are believed. Empty where clients connect directly",
    )


class Redis(Section):
    """Redis or Valkey, for what several processes share and can do without."""

    url: SecretStr | None = Field(
        default=None,
        description="redis://user:password@host:port/number, or rediss:// with TLS. Without it "
        "each process counts rate limits and remembers figures for itself",
    )
    timeout_seconds: float = Field(
        default=0.25,
        gt=0,
        le=60,
        description="Longest wait for an answer. Then Redis is left alone until it answers again; "
        "meanwhile only what takes stock is limited",
    )
    figures: bool = Field(
        default=True,
        description="Whether processes share figures of availability that may be a little old, and "
        "forget them together when something changed",
    )
    users: bool = Field(
        default=False,
        description="Whether what to show of users is kept in Redis for other programs "
        "(docs/deployment-modes.md). After setting it back, `make dlq` forgets their reader: "
        "'forget consumer:users'",
    )

    @field_validator("url")
    @classmethod
    def _is_redis(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            check_url(
                url.get_secret_value(), "remove it to count without Redis", ("redis", "rediss")
            )
        return url
