"""Telling a person: what a machine should not decide alone about an order's money."""

from datetime import datetime
from uuid import UUID

from application.ports.identity import Ids
from application.ports.unit_of_work import UnitOfWork
from domain.attention.attention import Attention, AttentionKind
from domain.order.order import Order
from shared.ids import AttentionId


async def ask_once(
    work: UnitOfWork,
    kind: AttentionKind,
    subject_id: UUID,
    order: Order,
    detail: str,
    *,
    ids: Ids,
    at: datetime,
) -> None:
    """Notes an item, unless there is or was one: what a person dismissed does not come back."""
    if await work.attention.was_asked(kind, subject_id):
        return
    work.attention.add(
        Attention.ask(
            id=AttentionId(ids.uuid()),
            kind=kind,
            subject_id=subject_id,
            organizer_id=order.organizer_id,
            order_id=order.id,
            live=order.live,
            detail=detail,
            at=at,
        )
    )
