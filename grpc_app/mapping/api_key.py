"""API keys."""

from application.api_key.create_api_key import CreateApiKey
from application.api_key.list_api_keys import ListApiKeys
from application.api_key.revoke_api_key import RevokeApiKey
from application.views.organizer import ApiKeyView
from application.views.page import Page
from grpc_app.generated.holdfast.v1 import api_key_pb2 as wire
from grpc_app.mapping.shape import Shape
from grpc_app.mapping.values import maybe_timestamp, timestamp
from shared.ids import ApiKeyId, OrganizerId


def create_api_key(request: wire.CreateApiKeyRequest) -> CreateApiKey:
    shape = Shape(request)
    return shape.done(
        CreateApiKey(
            organizer_id=_organizer_id(shape),
            name=shape.text("name"),
            live=shape.flag("live"),
            scopes=shape.texts("scopes"),
            expires_at=shape.maybe_time("expires_at"),
        )
    )


def list_api_keys(request: wire.ListApiKeysRequest) -> ListApiKeys:
    shape = Shape(request)
    return shape.done(
        ListApiKeys(
            organizer_id=_organizer_id(shape),
            page_size=shape.maybe_integer("page_size"),
            page_token=shape.maybe_text("page_token"),
        )
    )


def revoke_api_key(request: wire.RevokeApiKeyRequest) -> RevokeApiKey:
    shape = Shape(request)
    return shape.done(
        RevokeApiKey(
            organizer_id=_organizer_id(shape), api_key_id=ApiKeyId(shape.uuid("api_key_id"))
        )
    )


def api_key(view: ApiKeyView) -> wire.ApiKey:
    return wire.ApiKey(
        id=str(view.id),
        organizer_id=str(view.organizer_id),
        name=view.name,
        hint=view.hint,
        live=view.live,
        scopes=view.scopes,
        created_at=timestamp(view.created_at),
        expires_at=maybe_timestamp(view.expires_at),
        last_used_at=maybe_timestamp(view.last_used_at),
        revoked_at=maybe_timestamp(view.revoked_at),
        key=view.key,
    )


def api_keys(page: Page[ApiKeyView]) -> wire.ListApiKeysResponse:
    return wire.ListApiKeysResponse(
        items=[api_key(each) for each in page.items], next_page_token=page.next_page_token
    )


def _organizer_id(shape: Shape) -> OrganizerId:
    return OrganizerId(shape.uuid("organizer_id"))
