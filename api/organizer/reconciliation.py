"""REST: the books of an organizer."""

from typing import Final
from uuid import UUID

from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict
from starlette.responses import Response

from api.answers import answer
from api.context import Call
from api.organizer.schemas import OrganizerIdPath
from api.routing import Routes
from api.shape import Output, with_example
from application.app import OrganizerOperations
from application.errors import RoleMissing
from application.organizer.get_reconciliation import GetReconciliation
from domain.ledger.posting import PostingKind
from domain.organizer.errors import OrganizerNotFound

_RECONCILIATION: Final[JsonDict] = {
    "organizer_id": "01936b2a-7c00-7a10-8000-000000000002",
    "live": True,
    "balances": [
        {
            "currency": "EUR",
            "provider": 2500,
            "disputed": 0,
            "organizer": -2101,
            "tax": -399,
            "platform": 0,
        }
    ],
    "totals": [
        {"currency": "EUR", "kind": "CHARGE", "amount": 5000},
        {"currency": "EUR", "kind": "REFUND", "amount": -2500},
    ],
    "reports": [
        {
            "id": "01936b2a-7c00-7a10-8000-000000000010",
            "provider": "simulated",
            "since": "2026-11-22T09:00:00Z",
            "until": "2026-11-22T10:00:00Z",
            "compared": 4,
            "discrepancies": [],
            "created_at": "2026-11-22T10:00:03Z",
        }
    ],
}


class Balance(Output):
    """What every account holds, in minor units; negative is owed by us. Together they are zero."""

    currency: str = Field(description="ISO 4217.")
    provider: int
    disputed: int
    organizer: int
    tax: int
    platform: int


class Total(Output):
    """What postings of one kind moved at the providers."""

    currency: str = Field(description="ISO 4217.")
    kind: PostingKind
    amount: int = Field(description="In minor units.")


class Discrepancy(Output):
    """Where the books differ."""

    kind: str = Field(description="What is wrong.")
    reference: str = Field(description="The provider's id of the payment.")
    ours: int | None = Field(description="In our books, in minor units; null: not there.")
    theirs: int | None = Field(description="In the provider's books; null: not there.")
    currency: str = Field(description="ISO 4217.")
    payment_id: UUID | None
    order_id: UUID | None


class Report(Output):
    """A comparison of a provider's books with ours."""

    id: UUID
    provider: str
    since: AwareDatetime = Field(description="Of what moved from then on …")
    until: AwareDatetime = Field(description="… until then.")
    compared: int = Field(description="Movements, of both sides together.")
    discrepancies: list[Discrepancy] = Field(description="Empty when the books say the same.")
    created_at: AwareDatetime


class Reconciliation(Output):
    model_config = with_example(_RECONCILIATION)

    organizer_id: UUID
    live: bool = Field(description="Whether these are the books of what was real; else of tests.")
    balances: list[Balance] = Field(description="One for each currency.")
    totals: list[Total]
    reports: list[Report] = Field(description="The latest comparison with each provider.")


def add_reconciliation_routes(routes: Routes, organizers: OrganizerOperations) -> None:
    @routes.get(
        "/organizers/{organizer_id}/reconciliation",
        organizers.get_reconciliation,
        summary="Get the books of an organizer",
        answers=Reconciliation,
        says="The books as they are now.",
        refuses=(OrganizerNotFound, RoleMissing),
    )
    async def get_reconciliation(call: Call, organizer_id: OrganizerIdPath) -> Response:
        """Balances of its accounts, what moved at the providers, and whether the providers' books
        say the same."""
        query = GetReconciliation(organizer_id=organizer_id)
        return answer(call, await organizers.get_reconciliation(query, call.ctx))
