"""Webhook endpoints and deliveries."""

from google.protobuf.empty_pb2 import Empty

from application.app import WebhookOperations
from grpc_app.generated.holdfast.v1 import webhook_pb2 as wire
from grpc_app.generated.holdfast.v1.webhook_pb2_grpc import WebhookServiceServicer
from grpc_app.mapping import webhook as mapping
from grpc_app.perform import perform


class WebhookServicer(WebhookServiceServicer):
    def __init__(self, endpoints: WebhookOperations) -> None:
        self._endpoints = endpoints

    async def CreateWebhookEndpoint(
        self, request: wire.CreateWebhookEndpointRequest, context: object
    ) -> wire.WebhookEndpoint:
        return mapping.endpoint(await perform(self._endpoints.create, mapping.create, request))

    async def ListWebhookEndpoints(
        self, request: wire.ListWebhookEndpointsRequest, context: object
    ) -> wire.ListWebhookEndpointsResponse:
        return mapping.endpoints(
            await perform(self._endpoints.list, mapping.list_endpoints, request)
        )

    async def UpdateWebhookEndpoint(
        self, request: wire.UpdateWebhookEndpointRequest, context: object
    ) -> wire.WebhookEndpoint:
        return mapping.endpoint(await perform(self._endpoints.update, mapping.update, request))

    async def RotateWebhookSecret(
        self, request: wire.RotateWebhookSecretRequest, context: object
    ) -> wire.WebhookEndpoint:
        return mapping.endpoint(
            await perform(self._endpoints.rotate_secret, mapping.rotate, request)
        )

    async def DeleteWebhookEndpoint(
        self, request: wire.DeleteWebhookEndpointRequest, context: object
    ) -> Empty:
        await perform(self._endpoints.delete, mapping.delete, request)
        return Empty()

    async def SendTestWebhook(
        self, request: wire.SendTestWebhookRequest, context: object
    ) -> wire.WebhookDelivery:
        return mapping.delivery(
            await perform(self._endpoints.send_test, mapping.send_test, request)
        )

    async def ListWebhookDeliveries(
        self, request: wire.ListWebhookDeliveriesRequest, context: object
    ) -> wire.ListWebhookDeliveriesResponse:
        return mapping.deliveries(
            await perform(self._endpoints.list_deliveries, mapping.list_deliveries, request)
        )

    async def ReplayWebhookDeliveries(
        self, request: wire.ReplayWebhookDeliveriesRequest, context: object
    ) -> wire.ReplayWebhookDeliveriesResponse:
        return mapping.replayed(await perform(self._endpoints.replay, mapping.replay, request))
