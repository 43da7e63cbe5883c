"""Shapes of what needs attention."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from api.shape import Digits, Id, Input, Output, Text, among, page_of, with_example
from application.attention.list_attention import ListAttention
from application.attention.resolve_attention import ResolveAttention
from domain.attention.attention import AttentionKind, AttentionState, Choice
from shared.ids import AttentionId, OrganizerId

AttentionIdPath = Annotated[AttentionId, Id, Path(description="The item.")]

_ATTENTION: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-00000000000f",
    "kind": "REFUND_FAILED",
    "subject_id": "01936b2a-7c00-7a10-8000-00000000000d",
    "organizer_id": "01936b2a-7c00-7a10-8000-000000000002",
    "order_id": "01936b2a-7c00-7a10-8000-000000000007",
    "live": True,
    "detail": "The provider refused the refund: expired_card.",
    "state": "OPEN",
    "choices": ["RETRY", "DONE_BY_HAND", "DISMISS"],
    "choice": None,
    "note": None,
    "created_at": "2026-11-22T09:00:05Z",
    "resolved_at": None,
}


class AttentionSearch(Input):
    organizer_id: Annotated[OrganizerId | None, Id] = Field(
        default=None,
        description="Of this organizer. Only superusers and API keys may leave it out.",
    )
    state: Annotated[AttentionState | None, among(AttentionState)] = None
    page_size: Annotated[int | None, Digits] = Field(default=None, description="20, at most 100.")
    page_token: Text | None = Field(
        default=None, description="`next_page_token` of the page before."
    )

    def query(self) -> ListAttention:
        return ListAttention(
            organizer_id=self.organizer_id,
            state=self.state,
            page_size=self.page_size,
            page_token=self.page_token,
        )


class Resolution(Input):
    model_config = with_example({"choice": "DONE_BY_HAND", "note": "Sent by bank transfer."})

    choice: Annotated[Choice, among(Choice)] = Field(description="One of the item's `choices`.")
    note: Text | None = Field(
        default=None, description="For whoever asks later: at most 1000 characters."
    )

    def command(self, attention_id: AttentionId) -> ResolveAttention:
        return ResolveAttention(attention_id=attention_id, choice=self.choice, note=self.note)


class Attention(Output):
    model_config = with_example(_ATTENTION)

    id: UUID
    kind: AttentionKind
    subject_id: UUID = Field(description="The payment, refund, dispute or report concerned.")
    organizer_id: UUID | None = Field(description="null: it is the operators' matter.")
    order_id: UUID | None
    live: bool = Field(description="Whether it is about something real.")
    detail: str = Field(description="What happened, for people.")
    state: AttentionState
    choices: list[Choice] = Field(description="What can be done about it; empty when it is over.")
    choice: Choice | None = Field(description="What was decided.")
    note: str | None = Field(description="What was said about it.")
    created_at: AwareDatetime
    resolved_at: AwareDatetime | None


class AttentionPage(Output):
    model_config = with_example(page_of(_ATTENTION))

    items: list[Attention]
    next_page_token: str = Field(description="Empty on the last page.")
