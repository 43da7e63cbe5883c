"""Shapes of the log."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.shape import Digits, Input, Output, Text, with_example
from application.fact.list_facts import ListFacts
from shared.ids import OrganizerId

_FACT: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-000000000011",
    "type": "order.confirmed",
    "version": 1,
    "position": 4711,
    "aggregate": "order",
    "aggregate_id": "01936b2a-7c00-7a10-8000-000000000007",
    "occurred_at": "2026-11-21T19:00:00Z",
    "live": True,
    "data": {
        "order_id": "01936b2a-7c00-7a10-8000-000000000007",
        "event_id": "01936b2a-7c00-7a10-8000-000000000003",
        "number": "HF-7KQ2-9MXD",
    },
}


class FactSearch(Input):
    after: Text | None = Field(
        default=None,
        description="`next_page_token` of any page before; without it, the oldest facts kept.",
    )
    types: list[Text] = Field(
        default_factory=list, description="Of these types alone, each as a parameter of its own."
    )
    page_size: Annotated[int | None, Digits] = Field(default=None, description="20, at most 100.")

    def query(self, organizer_id: OrganizerId) -> ListFacts:
        return ListFacts(
            organizer_id=organizer_id,
            after=self.after,
            types=tuple(self.types),
            page_size=self.page_size,
        )


class Fact(Output):
    model_config = with_example(_FACT)

    id: UUID
    type: str = Field(description="The name stays.")
    version: int = Field(description="Of what `data` means.")
    position: int = Field(description="Its place in the log. Places of others are between.")
    aggregate: str = Field(description="What it happened to.")
    aggregate_id: UUID
    occurred_at: AwareDatetime
    live: bool = Field(description="Whether it is real; false for tests.")
    data: dict[str, Any]


class FactPage(Output):
    model_config = with_example(
        {
            "items": [_FACT],
            "next_page_token": "WyJmYWN0cyIsNDcxMV0",  # nosec B105: a place in a list
        }
    )

    items: list[Fact]
    next_page_token: str = Field(
        description="Where to go on, also behind the last page: for what will have happened then."
    )
