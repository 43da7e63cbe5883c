"""Nothing happens beside a change of password: what the old one opened is closed by it."""

import asyncio

import pytest

from application.auth.login import Login
from application.auth.register import Register
from application.errors import CredentialsInvalid
from application.messages import Context
from application.user.change_password import ChangePassword
from shared.errors import AppError
from shared.ids import UserId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, World, crowd, new_email

OLD, NEW = "the old password", "the new password"


class PasswordsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def live(self, world: World, user_id: UserId) -> int:
        async with world.begin(world.system()) as work:
            return len(await work.sessions.live_of(user_id))

    @pytest.mark.parametrize("attempt", range(8))
    async def test_who_logs_in_during_the_change_is_out_afterwards(
        self, world: World, attempt: int
    ) -> None:
        app = world.application
        email = new_email()
        nobody = Context(request_id=str(IDS.uuid()))
        user = await app.auth.register(Register(email=email, password=OLD, name="Ada"), nobody)
        mine = await app.auth.login(Login(email=email, password=OLD), nobody)
        ctx = Context(request_id=str(IDS.uuid()), credentials=mine.access_token)

        async def log_in(pause: int) -> object:
            for _ in range(pause):
                await asyncio.sleep(0)
            return await app.auth.login(Login(email=email, password=OLD), nobody)

        change = app.users.change_password(
            ChangePassword(current_password=OLD, new_password=NEW), ctx
        )
        outcomes = await crowd([change, *(log_in(attempt + nr) for nr in range(3))])
        refused = [each for each in outcomes if isinstance(each, AppError)]
        assert all(isinstance(each, CredentialsInvalid) for each in refused), refused
        assert await self.live(world, user.id) == 1  # the one that changed it
