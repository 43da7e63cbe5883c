"""The log of facts."""

from application.app import FactOperations
from grpc_app.generated.holdfast.v1 import fact_pb2 as wire
from grpc_app.generated.holdfast.v1.fact_pb2_grpc import FactServiceServicer
from grpc_app.mapping import fact as mapping
from grpc_app.perform import perform


class FactServicer(FactServiceServicer):
    def __init__(self, facts: FactOperations) -> None:
        self._facts = facts

    async def ListFacts(
        self, request: wire.ListFactsRequest, context: object
    ) -> wire.ListFactsResponse:
        return mapping.facts(await perform(self._facts.list, mapping.list_facts, request))
