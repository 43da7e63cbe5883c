"""Shapes that several aggregates share."""

from typing import Annotated

from pydantic import ConfigDict, Field

from api.shape import Digits, Input, Output, Text, Whole


class Price(Input):
    """Money as clients send it."""

    amount: Whole = Field(description="In minor units: 1250 is 12.50 EUR.")
    currency: Text = Field(description="ISO 4217; the currency of the event.")


class Money(Output):
    amount: int = Field(description="In minor units: 1250 is 12.50 EUR.")
    currency: str = Field(description="ISO 4217.")


class PageSearch(Input):
    """For lists without filters."""

    page_size: Annotated[int | None, Digits] = Field(default=None, description="20, at most 100.")
    page_token: Text | None = Field(
        default=None, description="`next_page_token` of the page before."
    )


class Problem(Output):
    """RFC 9457. `code` is what programs look at; `detail` is for people and may change."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="A URN made of the code.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    code: str = Field(description="The reason, the same as gRPC's ErrorInfo.reason.")
    metadata: dict[str, str] = Field(description="Whatever is dynamic about the refusal.")
    request_id: str = Field(description="Quote it when you ask us; it is in our log.")
    errors: list["FieldProblem"] | None = Field(
        default=None, description="Which fields are wrong, all at once."
    )


class FieldProblem(Output):
    model_config = ConfigDict(extra="forbid")

    pointer: str = Field(description="JSON pointer (RFC 6901) into the request.")
    message: str
