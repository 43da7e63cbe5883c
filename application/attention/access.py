"""Whose matter an item is: its organizer's, and the operators' (superusers)."""

from application.errors import RoleMissing
from application.messages import Context
from application.organizer.access import acts_for, is_inside, require_acting
from application.ports.unit_of_work import UnitOfWork
from domain.attention.attention import Attention
from domain.attention.errors import AttentionNotFound
from shared.checks import REQUIRED
from shared.errors import FieldInvalid, Violation
from shared.ids import AttentionId, OrganizerId


def whose(organizer_id: OrganizerId | None, ctx: Context) -> OrganizerId | None:
    """Whose items are asked for; None: everybody's, which is for superusers.

    Raises FieldInvalid, OrganizerNotFound (also for strangers to it), RoleMissing.
    """
    wanted = organizer_id or ctx.actor.key_organizer_id
    if ctx.actor.superuser:
        return wanted
    if wanted is None:
        raise FieldInvalid(violations=[Violation(("organizer_id",), REQUIRED)])
    require_acting(wanted, ctx)
    return wanted


async def decidable(work: UnitOfWork, attention_id: AttentionId, ctx: Context) -> Attention:
    """One the caller may decide about. Raises AttentionNotFound, RoleMissing."""
    item = await work.attention.get(attention_id)
    if item is None or item.live != ctx.actor.live:
        raise AttentionNotFound()
    if ctx.actor.superuser:
        return item
    if item.organizer_id is None:
        raise AttentionNotFound()
    if not acts_for(item.organizer_id, ctx):
        raise RoleMissing() if is_inside(item.organizer_id, ctx) else AttentionNotFound()
    return item
