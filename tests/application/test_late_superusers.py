"""Superusers who were shut out between being let in and acting."""

from typing import Any

import pytest

from application.errors import AccessDenied
from application.messages import Context
from application.pipeline import Operation
from application.user.activate_user import ActivateUser
from application.user.deactivate_user import DeactivateUser
from application.user.grant_superuser import GrantSuperuser
from application.user.revoke_superuser import RevokeSuperuser
from domain.user.user import User
from shared.ids import UserId
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import Caller, World


class Shop:
    def __init__(self) -> None:
        self.harness = MemoryHarness()
        self.world = World(self.harness)

    async def grant(self, *callers: Caller) -> None:
        async with self.world.begin(self.world.system()) as work:
            for each in callers:
                user = await work.users.get(each.user_id)
                assert user is not None
                work.users.save(user.grant_superuser(at=await work.now()))
            await work.commit(None)

    def stored(self) -> dict[UserId, User]:
        return dict(self.harness.database.tables.users)


@pytest.mark.parametrize("by", [RevokeSuperuser, DeactivateUser])
async def test_a_superuser_who_is_none_any_more(
    by: type[RevokeSuperuser] | type[DeactivateUser],
) -> None:
    shop = Shop()
    users = shop.world.application.users
    first, late, other, plain, victim, gone = await shop.world.users(6)
    await shop.grant(first, late, other)
    await users.deactivate(DeactivateUser(user_id=gone.user_id), first.ctx())
    offered: tuple[tuple[Operation[Any, Any], Any], ...] = (
        (users.activate, ActivateUser(user_id=gone.user_id)),
        (users.deactivate, DeactivateUser(user_id=victim.user_id)),
        (users.grant_superuser, GrantSuperuser(user_id=plain.user_id)),
        (users.revoke_superuser, RevokeSuperuser(user_id=other.user_id)),
    )
    inside: list[Context] = [await operation.admit(late.ctx()) for operation, _ in offered]
    allowed: list[Context] = [await operation.admit(other.ctx()) for operation, _ in offered]
    shutting: Operation[Any, Any] = users.revoke_superuser
    if by is DeactivateUser:
        shutting = users.deactivate
    await shutting(by(user_id=late.user_id), first.ctx())
    before, facts = shop.stored(), len(await shop.harness.outbox())
    for (operation, message), ctx in zip(offered, inside, strict=True):
        with pytest.raises(AccessDenied):
            await operation(message, ctx)
    assert shop.stored() == before
    assert len(await shop.harness.outbox()) == facts
    for (operation, message), ctx in zip(offered, allowed, strict=True):
        await operation(message, ctx)  # the same, by one who still is one
    assert len(await shop.harness.outbox()) > facts
