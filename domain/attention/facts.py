"""What happens to items that need attention."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import AttentionId, OrderId, OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionFact(Fact):
    attention_id: AttentionId
    organizer_id: OrganizerId | None

    @property
    def aggregate_id(self) -> UUID:
        return self.attention_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionAsked(AttentionFact):
    """A person has to decide about a `subject_id`; `kind` says what about."""

    kind: str
    subject_id: UUID
    order_id: OrderId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionGiven(AttentionFact):
    """Somebody has decided."""

    choice: str
