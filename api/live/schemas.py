"""Shapes of what streams tell."""

from pydantic import AwareDatetime, Field

from api.order.examples import ORDER
from api.order.schemas import Order
from api.shape import Output, with_example


class OrderChange(Output):
    type: str = Field(description="As in ListFacts.")
    occurred_at: AwareDatetime


class OrderUpdate(Output):
    model_config = with_example(
        {
            "cursor": "WyJvcmRlcjouLi4iLDQ3MTFd",
            "changes": [{"type": "order.confirmed", "occurred_at": "2026-11-21T19:00:00Z"}],
            "order": ORDER,
            "final": True,
        }
    )

    cursor: str = Field(description="Where this update is in the log of the order.")
    changes: list[OrderChange] = Field(
        description="Everything since the update before, or behind the cursor one came back with."
    )
    order: Order = Field(description="As it stands behind these changes, or later.")
    final: bool = Field(description="Nothing more is expected.")
