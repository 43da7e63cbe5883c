"""An item that needs attention: what happened, and what a person can choose to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from domain.attention.errors import AttentionResolved
from domain.attention.facts import AttentionAsked, AttentionGiven
from domain.lifecycle import Lifecycle
from shared.checks import Checks, one_of
from shared.facts import Aggregate
from shared.ids import AttentionId, OrderId, OrganizerId, UserId


class AttentionKind(Enum):
    REFUND_FAILED = "REFUND_FAILED"
    """The provider would not give the money back."""
    REFUND_BY_HAND = "REFUND_BY_HAND"
    """Paid offline: only the organizer can send the money back."""
    PAYMENT_STUCK = "PAYMENT_STUCK"
    """The provider has not decided for too long, or refuses our calls."""
    PAYMENT_MISMATCH = "PAYMENT_MISMATCH"
    """The provider's payment is not the one we asked for: amount, currency, mode or order."""
    DISPUTE = "DISPUTE"
    """The payer's bank claims the money back; evidence can be given at the provider."""
    LEDGERS_DIFFER = "LEDGERS_DIFFER"
    """The provider's books and ours do not say the same."""


class Choice(Enum):
    RETRY = "RETRY"
    """Once more, with a key of its own."""
    DONE_BY_HAND = "DONE_BY_HAND"
    """A person did outside of the system what was to be done; the books follow."""
    LOOK_AGAIN = "LOOK_AGAIN"
    """Ask the provider now."""
    DISMISS = "DISMISS"
    """Nothing is to be done."""


CHOICES: Mapping[AttentionKind, tuple[Choice, ...]] = {
    AttentionKind.REFUND_FAILED: (Choice.RETRY, Choice.DONE_BY_HAND, Choice.DISMISS),
    AttentionKind.REFUND_BY_HAND: (Choice.DONE_BY_HAND, Choice.DISMISS),
    AttentionKind.PAYMENT_STUCK: (Choice.LOOK_AGAIN, Choice.DISMISS),
    AttentionKind.PAYMENT_MISMATCH: (Choice.LOOK_AGAIN, Choice.DISMISS),
    AttentionKind.DISPUTE: (Choice.LOOK_AGAIN, Choice.DISMISS),
    AttentionKind.LEDGERS_DIFFER: (Choice.DISMISS,),
}


class AttentionState(Enum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


LIFECYCLE = Lifecycle(
    name="Attention",
    transitions={AttentionState.OPEN: frozenset({AttentionState.RESOLVED})},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention(Aggregate):
    """At most one of a kind is open for one subject: the payment, refund or dispute concerned, or
    the report of a reconciliation. Without `organizer_id` it is the operators' matter."""

    id: AttentionId
    kind: AttentionKind
    subject_id: UUID
    organizer_id: OrganizerId | None
    order_id: OrderId | None
    live: bool
    detail: str
    """What happened, for a person; no secret and nothing of a payer."""
    state: AttentionState
    choice: Choice | None
    note: str | None
    resolved_by: UserId | None
    created_at: datetime
    resolved_at: datetime | None

    @staticmethod
    def ask(
        *,
        id: AttentionId,
        kind: AttentionKind,
        subject_id: UUID,
        organizer_id: OrganizerId | None,
        order_id: OrderId | None,
        live: bool,
        detail: str,
        at: datetime,
    ) -> "Attention":
        asked = AttentionAsked(
            attention_id=id,
            organizer_id=organizer_id,
            kind=kind.value,
            subject_id=subject_id,
            order_id=order_id,
            occurred_at=at,
        )
        return Attention(
            id=id,
            kind=kind,
            subject_id=subject_id,
            organizer_id=organizer_id,
            order_id=order_id,
            live=live,
            detail=detail,
            state=AttentionState.OPEN,
            choice=None,
            note=None,
            resolved_by=None,
            created_at=at,
            resolved_at=None,
            facts=(asked,),
        )

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be done about it now."""
        return CHOICES[self.kind] if self.state is AttentionState.OPEN else ()

    def resolve(self, choice: Choice, *, note: str, by: UserId | None, at: datetime) -> "Attention":
        """`by` is None where an API key decided. Raises AttentionResolved, FieldInvalid."""
        if self.state is not AttentionState.OPEN:
            raise AttentionResolved(metadata={"choice": self.choice.value if self.choice else ""})
        checks = Checks()
        note = checks.text("note", note, longest=1_000, empty=True)
        if choice not in self.choices:
            checks.fail("choice", one_of(each.value for each in self.choices))
        checks.done()
        LIFECYCLE.require(self.state, AttentionState.RESOLVED)
        given = AttentionGiven(
            attention_id=self.id,
            organizer_id=self.organizer_id,
            choice=choice.value,
            occurred_at=at,
        )
        return self._changed(
            given,
            state=AttentionState.RESOLVED,
            choice=choice,
            note=note,
            resolved_by=by,
            resolved_at=at,
        )
