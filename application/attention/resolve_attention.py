"""ResolveAttention: a person decides what a machine should not; what follows happens with it."""

from dataclasses import dataclass

from application.attention.access import decidable
from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.attention import AttentionView
from domain.attention.attention import Choice
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

    async def __call__(self, command: ResolveAttention, ctx: Context) -> AttentionView:
        async with self.begin(ctx) as work:
            item = await decidable(work, command.attention_id, ctx)
            item = item.resolve(
                command.choice,
                note=command.note or "",
                by=ctx.actor.user_id,
                at=await work.now(),
            )
            work.attention.save(item)
            return await work.commit(AttentionView.of(item))
