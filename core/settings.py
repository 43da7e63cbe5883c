"""Settings: the only place that reads the environment.

Names are nested with two underscores (``REST__PORT``) and come from the process environment or
a ``.env`` file in the working folder; the environment wins. Every one has a default or says
when it is needed; ``.env.example`` lists them all.
"""

import os
import sys
from pathlib import Path
from typing import ClassVar, Final

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from core.secret_key import kept_key, weakness
from core.settings_auth import Auth
from core.settings_broker import Broker
from core.settings_limits import Limits, Redis
from core.settings_live import Live
from core.settings_mail import Mail
from core.settings_metrics import MetricsAccess
from core.settings_names import refused_names
from core.settings_overload import Overload
from core.settings_payment import Payment
from core.settings_platform import Platform
from core.settings_retention import Retention
from core.settings_sections import (
    BETWEEN,
    Database,
    Grpc,
    Holds,
    Idempotency,
    Logging,
    Rest,
    Web,
    Worker,
)
from core.settings_services import Services
from core.settings_webhooks import Webhooks

_HOW_TO_MAKE_A_KEY: Final = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
_SAME_KEYS: Final = "SECRET_KEY_PREVIOUS must not be the SECRET_KEY"


class SettingsError(Exception):
    """The settings cannot be used. One line per problem, each naming its variable, no value."""


class Settings(BaseSettings):
    """Everything that can be set; immutable. Made by ``load_settings``."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_nested_delimiter="__",
        env_file_encoding="utf-8",
        dotenv_filtering="only_existing",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(
        default=Path(".data"),
        description="Folder of the embedded database, the generated SECRET_KEY, written letters, "
        "and the figures that several processes share",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="What our tokens are signed with, at least 32 random characters. Required "
        "with DATABASE__URL; else generated once into DATA_DIR. Make one with: "
        f"{_HOW_TO_MAKE_A_KEY}",
    )
    secret_key_previous: SecretStr | None = Field(
        default=None,
        description="One other secret that signatures are accepted from: the SECRET_KEY before "
        "this one. Remove it AUTH__REFRESH_TOKEN_TTL_SECONDS after the change; if it leaked, "
        "at once",
    )
    web: Web = Web()
    services: Services = Services()
    rest: Rest = Rest()
    grpc: Grpc = Grpc()
    database: Database = Database()
    holds: Holds = Holds()
    payment: Payment = Payment()
    platform: Platform = Platform()
    logging: Logging = Logging()
    metrics: MetricsAccess = MetricsAccess()
    auth: Auth = Auth()
    limits: Limits = Limits()
    redis: Redis = Redis()
    overload: Overload = Overload()
    live: Live = Live()
    mail: Mail = Mail()
    worker: Worker = Worker()
    idempotency: Idempotency = Idempotency()
    retention: Retention = Retention()
    webhooks: Webhooks = Webhooks()
    broker: Broker = Broker()

    def __init__(self, env_file: Path | None = None) -> None:
        """Read the environment and ``env_file``; raises ``ValidationError``."""
        super().__init__(_env_file=env_file)

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database.url is None

    @field_validator("secret_key_previous")
    @classmethod
    def _previous_is_strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and (weak := weakness(secret.get_secret_value())) is not None:
            raise ValueError(weak)
        return secret

    @model_validator(mode="after")
    def _key_is_strong(self) -> "Settings":
        if self.is_embedded and "secret_key" not in self.model_fields_set:
            return self
        weak = weakness(self.secret_key.get_secret_value())
        if "secret_key" not in self.model_fields_set:
            weak = "must be set when DATABASE__URL is"
        if weak is not None:
            raise PydanticCustomError(
                BETWEEN, f"SECRET_KEY {weak}. Make one with: {_HOW_TO_MAKE_A_KEY}"
            )
        if self.secret_key == self.secret_key_previous:
            raise PydanticCustomError(BETWEEN, _SAME_KEYS)
        return self


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and ``env_file`` (which need not exist).

    Makes ``DATA_DIR/secret_key`` if the embedded database is used and no key is set. Raises
    ``SettingsError``.
    """
    try:
        if problems := refused_names(Settings, os.environ, env_file):
            raise SettingsError(_message(problems))
        settings = Settings(env_file)
    except ValidationError as error:
        raise SettingsError(_message(_problems(error))) from None
    except (SourceError, OSError, UnicodeDecodeError) as error:
        raise SettingsError(_message([str(error)])) from None
    if settings.secret_key.get_secret_value():
        return settings
    file = settings.data_dir / "secret_key"
    try:
        key = kept_key(settings.data_dir)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(_message([f"DATA_DIR: {file} cannot be used: {error}"])) from None
    if (weak := weakness(key)) is not None:
        raise SettingsError(
            _message([f"SECRET_KEY: the one kept in {file} {weak}; remove the file"])
        )
    complete = settings.model_copy(update={"secret_key": SecretStr(key)})
    if complete.secret_key == complete.secret_key_previous:
        raise SettingsError(_message([f"{_SAME_KEYS}, which is the one kept in {file}"]))
    return complete


def settings_or_exit() -> Settings:
    """The settings for an entry point: on a problem, its message on stderr and status 2."""
    try:
        return load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _problems(error: ValidationError) -> list[str]:
    """One line per error. ``msg`` says what is expected; the input stays out of it."""
    lines = []
    for detail in error.errors(include_input=False, include_url=False):
        message = detail["msg"].removeprefix("Value error, ")
        name = "__".join(str(part) for part in detail["loc"]).upper()
        lines.append(message if detail["type"] == BETWEEN else f"{name}: {message}")
    return lines


def _message(problems: list[str]) -> str:
    return "\n".join(["The settings cannot be used:", *(f"  {problem}" for problem in problems)])
