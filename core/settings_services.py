"""Which part of the product a process serves, and where the other parts are."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from core.settings_sections import BETWEEN, Section, split

Name = Literal["catalog", "orders", "identity", "workers"]
"""Of an application.services.Service."""
_ADDRESS = re.compile(r"(?:[^\s:\[\]/]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")


class Services(Section):
    """Which services a process is (docs/deployment-modes.md)."""

    serve: Annotated[tuple[Name, ...], NoDecode, BeforeValidator(split)] = Field(
        default=("catalog", "orders", "identity", "workers"),
        min_length=1,
        description="What this process does, separated by commas: catalog (events and holds), "
        "orders (orders, payments, tickets), identity (accounts, organizers), workers (the "
        "background work). Whatever it does not serve has no address there",
    )
    inventory: str | None = Field(
        default=None,
        description="host:port where another process keeps the holds (its "
        "SERVICES__INVENTORY_LISTEN); needed to serve orders without catalog",
    )
    inventory_listen: str | None = Field(
        default=None,
        description="host:port where this process is asked for holds by those that serve orders. "
        "For a network of their own: what is said there is authenticated, not encrypted",
    )

    @field_validator("inventory", "inventory_listen")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and not _ADDRESS.fullmatch(address):
            raise ValueError("must be host:port")
        return address

    @model_validator(mode="after")
    def _holds_are_somewhere(self) -> "Services":
        keeps = "catalog" in self.serve
        if "orders" in self.serve and not keeps and self.inventory is None:
            raise PydanticCustomError(
                BETWEEN,
                "SERVICES__INVENTORY must be set when SERVICES__SERVE has orders and not catalog",
            )
        if self.inventory_listen is not None and not keeps:
            raise PydanticCustomError(
                BETWEEN, "SERVICES__INVENTORY_LISTEN is for a process that serves catalog"
            )
        return self
