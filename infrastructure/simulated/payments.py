"""Our side of the provider: the adapter of the Payments port."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from application.errors import WebhookInvalid
from application.ports.inbox import ProviderEvent
from application.ports.payments import CallRefused, Charge, OutcomeUnknown, Payments
from domain.order.payment import Observation, PaymentState
from infrastructure.simulated import message
from infrastructure.simulated.errors import NoAnswer, Refused
from infrastructure.simulated.intent import DEFAULT_METHOD, METHODS
from infrastructure.simulated.provider import NewPayment, SimulatedProvider, utc_now
from infrastructure.simulated.signature import HEADER, is_genuine
from infrastructure.simulated.storage import Answer
from shared.ids import PaymentId
from shared.money import Money

NAME = "simulated"


@contextmanager
def _wire() -> Iterator[None]:
    """The provider's errors in the words of the port."""
    try:
        yield
    except NoAnswer as lost:
        raise OutcomeUnknown(str(lost)) from lost
    except Refused as refused:
        raise CallRefused(refused.code) from refused


def _seen(answer: Answer) -> Observation:
    return Observation(
        reference=answer.reference,
        state=PaymentState[answer.state.upper()],
        redirect_url=answer.redirect_url,
        failure=answer.failure,
    )


class SimulatedPayments(Payments):
    """`secret` is the one webhooks are signed with; `clock` judges how old they are."""

    def __init__(
        self,
        provider: SimulatedProvider,
        *,
        secret: bytes,
        live: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._provider = provider
        self._secret = secret
        self._live = live
        self._clock = clock

    @property
    def name(self) -> str:
        return NAME

    @property
    def live(self) -> bool:
        return self._live

    @property
    def methods(self) -> frozenset[str]:
        return frozenset(METHODS)

    @property
    def default_method(self) -> str:
        return DEFAULT_METHOD

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        payment = NewPayment(
            payment_id=charge.payment_id,
            order_id=charge.order_id,
            amount=charge.amount.amount,
            currency=charge.amount.currency,
            method=charge.method,
            description=charge.description,
        )
        with _wire():
            return _seen(await self._provider.authorize(payment, key=key))

    async def find(self, payment_id: PaymentId) -> Observation | None:
        with _wire():
            answer = await self._provider.find(payment_id)
        return _seen(answer) if answer else None

    async def capture(self, reference: str, *, amount: Money, key: str) -> Observation:
        with _wire():
            return _seen(
                await self._provider.capture(
                    reference, amount=amount.amount, currency=amount.currency, key=key
                )
            )

    async def cancel(self, reference: str, *, key: str) -> Observation:
        with _wire():
            return _seen(await self._provider.cancel(reference, key=key))

    async def refund(self, reference: str, *, amount: Money, key: str) -> str | None:
        with _wire():
            answer = await self._provider.refund(
                reference, amount=amount.amount, currency=amount.currency, key=key
            )
        return answer.failure

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        header = headers.get(HEADER, "")
        if not is_genuine(self._secret, body, header, now=self._clock()):
            raise WebhookInvalid()
        try:
            event = message.read(body)
        except ValueError as error:
            raise WebhookInvalid() from error
        return ProviderEvent(
            provider=NAME,
            event_id=event.id,
            type=event.type,
            reference=event.data.reference,
            occurred_at=event.created,
        )
