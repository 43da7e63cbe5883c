"""CreateApiKey: a key with which a server acts for an organizer. It is shown once."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.organizer.access import require_acting
from application.policy import SCOPES
from application.ports.identity import Ids, Seals
from application.ports.unit_of_work import Begin
from application.views.organizer import ApiKeyView
from domain.organizer.api_key import ApiKey
from shared.ids import ApiKeyId, OrganizerId

_HINT = 12
"""Characters: `hf_live_` and four of the secret's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateApiKey(Command[ApiKeyView]):
    """Without an idempotency key: its answer, which holds a secret, is never stored. `scopes` are
    names of operations. None as `expires_at` is for ever, until it is revoked."""

    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    organizer_id: OrganizerId
    name: str
    live: bool
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class CreateApiKeyHandler:
    """Raises OrganizerNotFound (also for strangers to it), RoleMissing, FieldInvalid."""

    begin: Begin
    ids: Ids
    seals: Seals

    async def __call__(self, command: CreateApiKey, ctx: Context) -> ApiKeyView:
        require_acting(command.organizer_id, ctx)
        key = self.ids.api_key(live=command.live)
        async with self.begin(ctx) as work:
            api_key = ApiKey.create(
                id=ApiKeyId(self.ids.uuid()),
                organizer_id=command.organizer_id,
                name=command.name,
                key_hash=self.seals.digest(key),
                hint=key[:_HINT],
                live=command.live,
                scopes=command.scopes,
                allowed_scopes=SCOPES,
                expires_at=command.expires_at,
                at=await work.now(),
            )
            work.api_keys.add(api_key)
            return await work.commit(ApiKeyView.of(api_key, key=key))
