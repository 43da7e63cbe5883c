"""The section of the settings about telling organizers what happens."""

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import NoDecode

from core.settings_sections import YEAR, Section, split
from shared.addresses import networks


class Webhooks(Section):
    """Messages to the servers of organizers."""

    allow_http: bool = Field(
        default=False,
        description="Whether endpoints may be reached without TLS: for tests, and inside a network "
        "of your own",
    )
    allowed_ports: Annotated[
        tuple[Annotated[int, Field(ge=0, le=65535)], ...], NoDecode, BeforeValidator(split)
    ] = Field(
        default=(443, 8443),
        min_length=1,
        description="Ports that endpoints may be on, separated by commas; 0 for every port",
    )
    allowed_networks: Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)] = Field(
        default=(),
        description="Addresses and networks (CIDR) that endpoints may be in although they are not "
        "public, separated by commas. Organizers choose where to be told: what is named here must "
        "be theirs to reach",
    )
    timeout_seconds: float = Field(
        default=15, gt=0, le=50, description="Longest time that one attempt takes"
    )
    kept_days: int = Field(
        default=30,
        ge=4,
        le=YEAR // 86400,
        description="How long what was sent can be looked at and replayed, in days",
    )

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        try:
            networks(texts)
        except ValueError:
            raise ValueError("must be addresses or networks such as 10.0.0.0/8") from None
        return texts
