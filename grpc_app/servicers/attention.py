"""What needs attention."""

from application.app import AttentionOperations
from grpc_app.generated.holdfast.v1 import attention_pb2 as wire
from grpc_app.generated.holdfast.v1.attention_pb2_grpc import AttentionServiceServicer
from grpc_app.mapping import attention as mapping
from grpc_app.perform import perform


class AttentionServicer(AttentionServiceServicer):
    def __init__(self, attention: AttentionOperations) -> None:
        self._attention = attention

    async def ListAttention(
        self, request: wire.ListAttentionRequest, context: object
    ) -> wire.ListAttentionResponse:
        return mapping.attentions(
            await perform(self._attention.list, mapping.list_attention, request)
        )

    async def ResolveAttention(
        self, request: wire.ResolveAttentionRequest, context: object
    ) -> wire.Attention:
        return mapping.attention(
            await perform(self._attention.resolve, mapping.resolve_attention, request)
        )
