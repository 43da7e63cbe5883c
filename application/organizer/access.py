"""Who acts for an organizer: members with a role that may do this, and the organizer's API keys.

Which roles those are is said once, in application/policy.py; the pipeline puts it into the context.
"""

from application.errors import RoleMissing
from application.messages import SYSTEM, ActorKind, Context
from domain.organizer.errors import OrganizerNotFound
from shared.ids import OrganizerId


def is_inside(organizer_id: OrganizerId, ctx: Context) -> bool:
    """Whether the caller belongs to the organizer at all, whatever it may do there."""
    return ctx.actor == SYSTEM or organizer_id in ctx.actor.organizer_ids


def acts_for(organizer_id: OrganizerId, ctx: Context) -> bool:
    """Whether the caller may do this for the organizer."""
    if ctx.actor == SYSTEM:
        return True
    if ctx.actor.kind is ActorKind.API_KEY:
        return ctx.actor.key_organizer_id == organizer_id  # its scopes were looked at before
    return ctx.actor.role_in(organizer_id) in ctx.roles


def require_acting(organizer_id: OrganizerId, ctx: Context) -> None:
    """Raises OrganizerNotFound for a stranger (not yours looks like not there), and RoleMissing
    for a member whose role does not allow this."""
    if acts_for(organizer_id, ctx):
        return
    raise RoleMissing() if is_inside(organizer_id, ctx) else OrganizerNotFound()
