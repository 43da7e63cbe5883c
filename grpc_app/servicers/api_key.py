"""API keys."""

from application.app import ApiKeyOperations
from grpc_app.generated.holdfast.v1 import api_key_pb2 as wire
from grpc_app.generated.holdfast.v1.api_key_pb2_grpc import ApiKeyServiceServicer
from grpc_app.mapping import api_key as mapping
from grpc_app.perform import perform


class ApiKeyServicer(ApiKeyServiceServicer):
    def __init__(self, api_keys: ApiKeyOperations) -> None:
        self._api_keys = api_keys

    async def CreateApiKey(self, request: wire.CreateApiKeyRequest, context: object) -> wire.ApiKey:
        return mapping.api_key(
            await perform(self._api_keys.create, mapping.create_api_key, request)
        )

    async def ListApiKeys(
        self, request: wire.ListApiKeysRequest, context: object
    ) -> wire.ListApiKeysResponse:
        return mapping.api_keys(await perform(self._api_keys.list, mapping.list_api_keys, request))

    async def RevokeApiKey(self, request: wire.RevokeApiKeyRequest, context: object) -> wire.ApiKey:
        return mapping.api_key(
            await perform(self._api_keys.revoke, mapping.revoke_api_key, request)
        )
