"""What needs attention, as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from domain.attention.attention import Attention
from shared.ids import AttentionId, OrderId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionView:
    """`subject_id` is what it is about: a payment, refund, dispute or report. `choices` are what
    can be done now; none once `choice` is made. Without `organizer_id` it is the operators'."""

    id: AttentionId
    kind: str
    subject_id: UUID
    organizer_id: OrganizerId | None
    order_id: OrderId | None
    live: bool
    detail: str
    state: str
    choices: tuple[str, ...]
    choice: str | None
    note: str | None
    created_at: datetime
    resolved_at: datetime | None

    @classmethod
    def of(cls, item: Attention) -> Self:
        return cls(
            id=item.id,
            kind=item.kind.value,
            subject_id=item.subject_id,
            organizer_id=item.organizer_id,
            order_id=item.order_id,
            live=item.live,
            detail=item.detail,
            state=item.state.value,
            choices=tuple(choice.value for choice in item.choices),
            choice=item.choice.value if item.choice else None,
            note=item.note,
            created_at=item.created_at,
            resolved_at=item.resolved_at,
        )
