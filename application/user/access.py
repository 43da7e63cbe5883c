"""Superusers decide about accounts as long as they are superusers."""

from collections.abc import Sequence

from application.errors import AccessDenied
from application.messages import SYSTEM, Context
from application.ports.unit_of_work import UnitOfWork
from shared.ids import UserId


async def acting_superusers(work: UnitOfWork, ctx: Context) -> Sequence[UserId]:
    """Every active superuser; nobody else changes who they are until this unit of work ends.

    Raises AccessDenied when the caller is none any more: whoever was shut out after the call was
    admitted shuts nobody else out.
    """
    superusers = await work.users.superusers()
    if ctx.actor != SYSTEM and ctx.actor.user_id not in superusers:
        raise AccessDenied()
    return superusers
