"""Payment providers. The provider's API is the truth; a webhook is a hint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from application.ports.inbox import ProviderEvent
from domain.order.payment import Observation
from shared.ids import OrderId, PaymentId
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
    """What we ask a provider to authorize."""

    payment_id: PaymentId
    order_id: OrderId
    amount: Money
    method: str
    description: str


class Payments(Protocol):
    """One provider.

    Every call carries an idempotency key: the same key with the same content has one effect and
    one answer, however many of them run at once; with other content it is CallRefused. All raise
    OutcomeUnknown when the answer is lost. A refused or declined payment is no exception but an
    `Observation` in state FAILED with its `failure` code.
    """

    @property
    def name(self) -> str:
        """As in PayOrder's `provider` and in the webhook's address."""
        ...

    @property
    def methods(self) -> frozenset[str]:
        """What PayOrder's `method` may be."""
        ...

    @property
    def default_method(self) -> str: ...

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        """Promises the money, or takes it at once (CAPTURED) where the method knows no promise."""
        ...

    async def find(self, payment_id: PaymentId) -> Observation | None:
        """The payment as it stands, by our id; None if the provider has never heard of it."""
        ...

    async def capture(self, reference: str, *, amount: Money, key: str) -> Observation:
        """Takes promised money. FAILED: for good."""
        ...

    async def cancel(self, reference: str, *, key: str) -> Observation:
        """Asks to forget the payment; answers how it stands then, which may be CAPTURED,
        AUTHORIZED or PROCESSING where the provider would not."""
        ...

    async def refund(self, reference: str, *, amount: Money, key: str) -> str | None:
        """Gives money back; None when done, else a failure code, for good."""
        ...

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """The event of a webhook. `headers` have lower-case names.

        Raises WebhookInvalid when the signature over the raw body is missing, wrong or too old.
        """
        ...
