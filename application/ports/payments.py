"""Payment providers. The provider's API is the truth; a webhook is a hint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from application.ports.inbox import ProviderEvent
from domain.order.dispute import DisputeState
from domain.order.payment import Observation
from domain.order.refund import RefundSeen
from shared.ids import OrderId, PaymentId, RefundId
from shared.money import Money


class OutcomeUnknown(Exception):
    """The provider did not answer, or not in a way we understand: it may or may not have acted.

    The same call with the same key is safe to repeat.
    """


class CallRefused(Exception):
    """The provider refused the call itself and did nothing: a mistake of ours, such as a key that
    was used for something else. Repeating it does not help.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What we ask a provider to authorize. `number` is the order's, as the buyer knows it; the
    description is shown to the buyer. It is of no use to pay after `pay_until`. `payer_address` is
    the payer's IP address, where the payer is the caller."""

    payment_id: PaymentId
    order_id: OrderId
    number: str
    amount: Money
    method: str
    description: str
    pay_until: datetime
    payer_address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A payment as we asked for it. `reference` is the provider's own id, None where the answer to
    the first call was lost; `asked_at` is when that call was first made; `pay_until` is what the
    charge said."""

    payment_id: PaymentId
    order_id: OrderId
    reference: str | None
    amount: Money
    method: str
    asked_at: datetime
    pay_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSeen:
    """What the provider says of a dispute; `reference` is its own id for it. `withdrawn` is whether
    it has taken the money back already (an inquiry has not)."""

    reference: str
    amount: Money
    reason: str
    state: DisputeState
    withdrawn: bool


class MovementKind(Enum):
    CHARGE = "CHARGE"
    REFUND = "REFUND"
    REFUND_FAILED = "REFUND_FAILED"
    DISPUTE = "DISPUTE"
    DISPUTE_WON = "DISPUTE_WON"
    FEE = "FEE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A line of the provider's own ledger. `reference` is the payment's at the provider;
    `id` that of the line, the same whenever it is read; amounts are positive, and what `kind`
    says tells whether they came in or went out. A FEE is what the provider kept of a movement."""

    id: str
    kind: MovementKind
    reference: str
    amount: Money
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What a provider wants to hear when its event is stored."""

    body: bytes = b""
    media_type: str = "application/json"


class Payments(Protocol):
    """One provider, in one mode: live or test.

    Every call that does something carries an idempotency key: the same key with the same content
    has one effect and one answer, however many of them run at once; with other content it is
    CallRefused. All raise OutcomeUnknown when the answer is lost. A refused or declined payment is
    no exception but an `Observation` in state FAILED with its `failure` code.
    """

    @property
    def name(self) -> str:
        """As in PayOrder's `provider` and in the webhook's address."""
        ...

    @property
    def live(self) -> bool:
        """Whether its money is real. Tests never reach a live one, and the other way round."""
        ...

    @property
    def account(self) -> str:
        """Whose ledger `movements` shows, without a secret in it: two modes that name the same
        account see each other's money (one test key for both)."""
        ...

    @property
    def methods(self) -> frozenset[str]:
        """What PayOrder's `method` may be."""
        ...

    @property
    def default_method(self) -> str: ...

    @property
    def keys_last(self) -> timedelta:
        """How long the provider remembers idempotency keys: later one looks up before asking
        again."""
        ...

    @property
    def acknowledgement(self) -> Acknowledgement: ...

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        """Promises the money, or takes it at once (CAPTURED) where the method knows no promise."""
        ...

    async def find(self, asked: Asked) -> Observation | None:
        """The payment as it stands; None if the provider has never heard of it."""
        ...

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        """Takes promised money. FAILED: for good."""
        ...

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        """Asks to forget the payment; answers how it stands then, which may be CAPTURED,
        AUTHORIZED or PROCESSING where the provider would not."""
        ...

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        """Gives money back. FAILED with its failure code: for good."""
        ...

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        """A refund as it stands, by our id (or the provider's `reference` where it is known); None
        if the provider has never heard of it."""
        ...

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        """Every dispute of a payment as it stands, oldest first."""
        ...

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        """Events that the provider could not deliver to us, where it keeps such a list."""
        ...

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        """The provider's own ledger from `since` (inclusive) to `until` (exclusive), oldest first;
        None where the provider shows none."""
        ...

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """The event of a webhook. `headers` have lower-case names.

        Raises WebhookInvalid when the signature over the raw body is missing, wrong or too old, or
        the event is of the other mode or another account.
        """
        ...
