"""REST: keys with which servers act for an organizer."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.answers import answer, created
from api.api_key.schemas import ApiKey, ApiKeyIdPath, ApiKeyPage, NewApiKey
from api.context import Call
from api.organizer.schemas import OrganizerIdPath
from api.routing import PREFIX, Routes
from api.schemas import PageSearch
from application.api_key.list_api_keys import ListApiKeys
from application.api_key.revoke_api_key import RevokeApiKey
from application.app import ApiKeyOperations
from application.errors import RoleMissing
from domain.organizer.errors import ApiKeyNotFound, OrganizerNotFound


def add_api_key_routes(routes: Routes, api_keys: ApiKeyOperations) -> None:
    @routes.post(
        "/organizers/{organizer_id}/api-keys",
        api_keys.create,
        summary="Make an API key",
        answers=ApiKey,
        status=201,
        says="The API key, with the key itself.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def create_api_key(
        call: Call, organizer_id: OrganizerIdPath, body: NewApiKey
    ) -> Response:
        """Send the `key` where an access token goes. It is shown now and never again."""
        api_key = await api_keys.create(body.command(organizer_id), call.ctx)
        return created(call, api_key, f"{PREFIX}/organizers/{organizer_id}/api-keys")

    @routes.get(
        "/organizers/{organizer_id}/api-keys",
        api_keys.list,
        summary="List API keys",
        answers=ApiKeyPage,
        says="A page of API keys, newest first.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def list_api_keys(
        call: Call, organizer_id: OrganizerIdPath, search: Annotated[PageSearch, Query()]
    ) -> Response:
        """Without the keys themselves; the revoked ones too."""
        query = ListApiKeys(
            organizer_id=organizer_id,
            page_size=search.page_size,
            page_token=search.page_token,
        )
        return answer(call, await api_keys.list(query, call.ctx))

    @routes.delete(
        "/organizers/{organizer_id}/api-keys/{api_key_id}",
        api_keys.revoke,
        summary="Revoke an API key",
        answers=ApiKey,
        says="The API key, revoked.",
        refuses=(OrganizerNotFound, RoleMissing, ApiKeyNotFound),
    )
    async def revoke_api_key(
        call: Call, organizer_id: OrganizerIdPath, api_key_id: ApiKeyIdPath
    ) -> Response:
        """It stops at once and for good."""
        command = RevokeApiKey(organizer_id=organizer_id, api_key_id=api_key_id)
        return answer(call, await api_keys.revoke(command, call.ctx))
