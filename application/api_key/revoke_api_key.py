"""RevokeApiKey: it stops at once, and for good."""

from dataclasses import dataclass

from application.messages import Command, Context
from application.organizer.access import require_acting
from application.ports.unit_of_work import Begin
from application.views.organizer import ApiKeyView
from domain.organizer.errors import ApiKeyNotFound
from shared.ids import ApiKeyId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApiKey(Command[ApiKeyView]):
    organizer_id: OrganizerId
    api_key_id: ApiKeyId


@dataclass(frozen=True, slots=True)
class RevokeApiKeyHandler:
    """Once more is no change. Raises OrganizerNotFound (also for strangers to it), RoleMissing,
    ApiKeyNotFound."""

    begin: Begin

    async def __call__(self, command: RevokeApiKey, ctx: Context) -> ApiKeyView:
        require_acting(command.organizer_id, ctx)
        async with self.begin(ctx) as work:
            api_key = await work.api_keys.get(command.api_key_id)
            if api_key is None or api_key.organizer_id != command.organizer_id:
                raise ApiKeyNotFound()
            api_key = api_key.revoke(at=await work.now())
            work.api_keys.save(api_key)
            return await work.commit(ApiKeyView.of(api_key))
