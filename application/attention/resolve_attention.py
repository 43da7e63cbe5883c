"""ResolveAttention: a person decides what a machine should not; what follows happens with it.

Whether the caller may decide is looked at with the caller's eyes; what follows concerns money, and
is written by the system.
"""

from dataclasses import dataclass

from application.attention.access import decidable
from application.attention.effects import follow
from application.messages import Command, Context
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin, UnitOfWork
from application.views.attention import AttentionView
from domain.attention.attention import Attention, Choice
from domain.attention.errors import AttentionNotFound, AttentionResolved
from domain.order.errors import OrderNotRefundable, RefundTooLarge
from shared.ids import AttentionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveAttention(Command[AttentionView]):
    """`note`: why, for whoever looks later."""

    attention_id: AttentionId
    choice: Choice
    note: str | None


@dataclass(frozen=True, slots=True)
class ResolveAttentionHandler:
    """Raises AttentionNotFound, RoleMissing, AttentionResolved, FieldInvalid (not one of its
    choices), OrderNotRefundable, RefundTooLarge."""

    begin: Begin
    ids: Ids

    async def __call__(self, command: ResolveAttention, ctx: Context) -> AttentionView:
        async with self.begin(ctx) as work:
            await decidable(work, command.attention_id, ctx)
        async with self.begin(ctx.as_system()) as work:
            item = await work.attention.get(command.attention_id)
            if item is None:
                raise AttentionNotFound()
            now = await work.now()
            decided = item.resolve(
                command.choice, note=command.note or "", by=ctx.actor.user_id, at=now
            )
            work.attention.save(decided)
            try:
                await follow(work, decided, ids=self.ids, at=now)
            except (OrderNotRefundable, RefundTooLarge):
                await _require_open(work, item)
                raise
            return await work.commit(AttentionView.of(decided))


async def _require_open(work: UnitOfWork, item: Attention) -> None:
    """Whoever decided meanwhile may be why nothing is left. Raises AttentionResolved."""
    latest = await work.attention.get(item.id)
    if latest is not None and latest.choice is not None:
        raise AttentionResolved(metadata={"choice": latest.choice.value})
