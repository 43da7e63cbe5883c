"""The section of the settings about letters."""

import re
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from core.settings_sections import BETWEEN, Section

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS: Final = rf"[\w.!#$%&'*+/=?^`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*"
_SENDER: Final = re.compile(
    rf"{_ADDRESS}|[^<>@\"\\,;:()\x00-\x1f\x7f]+ <{_ADDRESS}>", re.IGNORECASE | re.ASCII
)


class Mail(Section):
    """Letters to people."""

    transport: Literal["auto", "console", "file", "smtp"] = Field(
        default="auto",
        description="console prints letters, file writes them into DATA_DIR/mail, smtp sends them; "
        "auto is smtp where MAIL__SMTP_HOST is set, else file",
    )
    sender: str = Field(
        default="holdfast@localhost",
        description="Who letters come from: an address, or Name <address>. Required with smtp",
    )
    link_base: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^\s?#]+$",
        description="What links in letters start with: the address of the shop's pages",
    )
    language: Literal["en", "de"] = Field(default="en", description="What letters are written in")
    smtp_host: str | None = Field(
        default=None, pattern=r"^[^\s@/]+$", description="Name or address of the mail server"
    )
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = Field(
        default=None,
        description="Its port; when not set 587 with starttls, 465 with tls, 25 with none",
    )
    smtp_user: str | None = Field(default=None, min_length=1, description="Account on the server")
    smtp_password: SecretStr | None = Field(default=None, description="Password of MAIL__SMTP_USER")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls or tls; none sends letters and password readable on the way",
    )
    smtp_timeout_seconds: float = Field(
        default=10, gt=0, le=600, description="Longest time that handing over one letter takes"
    )

    @property
    def chosen(self) -> Literal["console", "file", "smtp"]:
        """The transport that is used: `auto` decided."""
        if self.transport == "auto":
            return "file" if self.smtp_host is None else "smtp"
        return self.transport

    @field_validator("sender")
    @classmethod
    def _is_a_sender(cls, sender: str) -> str:
        if not _SENDER.fullmatch(sender):
            raise ValueError("must be an address, or Name <address>")
        return sender

    @model_validator(mode="after")
    def _smtp_is_complete(self) -> "Mail":
        if self.chosen == "smtp":
            if self.smtp_host is None:
                raise PydanticCustomError(
                    BETWEEN, "MAIL__SMTP_HOST must be set when MAIL__TRANSPORT is smtp"
                )
            if "sender" not in self.model_fields_set:
                raise PydanticCustomError(
                    BETWEEN, "MAIL__SENDER must be set when letters go by SMTP"
                )
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise PydanticCustomError(
                BETWEEN, "MAIL__SMTP_USER and MAIL__SMTP_PASSWORD must be set together"
            )
        return self
