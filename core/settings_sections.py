"""The sections of the settings: names, defaults, limits and what they mean."""

from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

BETWEEN: Final = "between_settings"  # type of an error whose message names its variables
_MEBIBYTE: Final = 1024 * 1024
DAY: Final = 24 * 3600
YEAR: Final = 365 * DAY  # the longest time: beyond the calendar nothing can end

Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    """What all of them have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Web(Section):
    """The processes that serve."""

    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="How many processes serve REST and gRPC on the same ports; with two or more a "
        "supervisor starts them, and the background work has a process of its own. One for each "
        "core is a good number; each has connections of its own (DATABASE__POOL_MAX)",
    )


class Rest(Section):
    """The HTTP face."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every network"
    )
    port: Port = Field(default=8000, description="Port to listen on; 0 takes a free one")
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)] = Field(
        default=(),
        description="Origins that browsers may call from, separated by commas; * for any",
    )
    docs: bool = Field(default=True, description="Whether /docs and /openapi.json are served")
    max_body_bytes: int = Field(
        default=_MEBIBYTE,
        ge=1024,
        description="Largest request body, in bytes; longer ones get 413",
    )
    gzip_min_bytes: int = Field(
        default=1024, ge=0, description="Smallest answer that is compressed, in bytes"
    )
    fast_lane: bool = Field(
        default=True,
        description="Whether the few routes a sale is made of take a shorter way through this "
        "process; answers are the same either way",
    )


class Grpc(Section):
    """The gRPC face."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every network"
    )
    port: Port = Field(default=50051, description="Port to listen on; 0 takes a free one")
    max_message_bytes: int = Field(
        default=_MEBIBYTE, ge=1024, description="Largest message received, in bytes"
    )
    reflection: bool = Field(
        default=True, description="Whether clients may ask for the service definitions"
    )


class Database(Section):
    """PostgreSQL: the embedded one, or any other of version 15 or later."""

    url: SecretStr | None = Field(
        default=None,
        description="postgresql://user:password@host:port/name of a server of your own. "
        "Without it an embedded one runs with its data in DATA_DIR",
    )
    migration_url: SecretStr | None = Field(
        default=None,
        description="Address for migrations, of a user that owns the tables; DATABASE__URL then "
        "needs no right but those in docs/security.md. The same address when not set",
    )
    migrate: bool = Field(
        default=True,
        description="Whether a starting process brings the schema up to date; false where a job "
        "of its own does (make migrate)",
    )
    pool_min: int = Field(default=4, ge=0, description="Connections kept open, per process")
    pool_max: int = Field(
        default=16,
        ge=1,
        description="Most connections open at a time, per process; six more look up who calls, "
        "and six commit and read for many at once",
    )
    group_commit: bool = Field(
        default=True,
        description="Whether calls that come together are written together, in one transaction; "
        "false makes each a transaction of its own, which is slower and otherwise the same",
    )
    connect_timeout_seconds: float = Field(
        default=5, gt=0, description="Longest wait for a connection"
    )
    statement_timeout_ms: int = Field(
        default=10_000,
        ge=0,
        description="Longest time a statement may run, in milliseconds; 0 for no end",
    )
    lock_timeout_ms: int = Field(
        default=5_000,
        ge=0,
        description="Longest wait for a row lock, in milliseconds; 0 for no end",
    )
    embedded_port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        default=None, description="Port of the embedded server; a free one when not set"
    )
    embedded_user: str = Field(
        default="nobody", description="System user the embedded server runs as when started by root"
    )

    @field_validator("url", "migration_url")
    @classmethod
    def _is_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            check_url(
                url.get_secret_value(),
                "remove it to use the embedded database",
                ("postgresql", "postgres"),
            )
        return url

    @model_validator(mode="after")
    def _two_addresses_of_one_database(self) -> "Database":
        if self.migration_url is not None and self.url is None:
            raise PydanticCustomError(
                BETWEEN, "DATABASE__URL must be set when DATABASE__MIGRATION_URL is"
            )
        return self

    @model_validator(mode="after")
    def _pool_is_a_range(self) -> "Database":
        if self.pool_min > self.pool_max:
            raise PydanticCustomError(
                BETWEEN, "DATABASE__POOL_MIN must not be above DATABASE__POOL_MAX"
            )
        return self


class Holds(Section):
    """How long stock stays taken for a buyer who has not paid."""

    ttl_seconds: int = Field(
        default=300, ge=1, le=DAY, description="How long a new hold lasts, in seconds"
    )
    max_ttl_seconds: int = Field(
        default=1800,
        ge=1,
        le=DAY,
        description="Longest life of a hold with all extensions, in seconds",
    )
    payment_extension_seconds: int = Field(
        default=600, ge=0, le=YEAR, description="What starting a payment adds, once, in seconds"
    )
    sweep_interval_seconds: float = Field(
        default=1, gt=0, description="Pause between two sweeps of expired holds, in seconds"
    )
    max_units_per_buyer: int = Field(
        default=100,
        ge=1,
        description="Most units of one event that one buyer holds; those released or expired in "
        "the last hour count",
    )
    max_units_per_unverified_buyer: int = Field(
        default=10,
        ge=1,
        description="The same for guests, and for users whose e-mail address is not verified",
    )
    max_per_ten_minutes: int = Field(
        default=60, ge=1, description="Most holds that one buyer makes in ten minutes"
    )

    @model_validator(mode="after")
    def _ceiling_is_above(self) -> "Holds":
        if self.ttl_seconds > self.max_ttl_seconds:
            raise PydanticCustomError(
                BETWEEN, "HOLDS__TTL_SECONDS must not be above HOLDS__MAX_TTL_SECONDS"
            )
        return self


class Logging(Section):
    """What is logged, and how."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        description="Least severe level that is written: DEBUG, INFO, WARNING or ERROR",
    )
    format: Literal["auto", "console", "json"] = Field(
        default="auto",
        description="console for people, json for machines; auto is console on a terminal",
    )


class Worker(Section):
    """The background work: expiry, payment completion, webhooks."""

    enabled: bool = Field(
        default=True,
        description="Whether main.py does it; false where worker_main.py runs beside it",
    )


class Idempotency(Section):
    """Requests that are sent more than once."""

    ttl_hours: int = Field(
        default=72,
        ge=1,
        le=YEAR // 3600,
        description="How long the answer to a key is kept, in hours",
    )
    wait_seconds: float = Field(
        default=2,
        ge=0,
        description="Longest wait for the first request with the same key, in seconds",
    )


def check_url(url: str, otherwise: str, schemes: tuple[str, ...]) -> None:
    """Raises ValueError, which does not quote it: an address holds a password."""
    if not url.strip():
        raise ValueError(f"is empty: give an address, or {otherwise}")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("is not an address; special characters must be percent-encoded") from None
    if parts.scheme not in schemes:
        raise ValueError("must start with " + " or ".join(f"{scheme}://" for scheme in schemes))
