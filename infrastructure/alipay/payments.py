"""Alipay as a provider of payments.

Money is taken at once when the payer pays; there is no promise. The trade's number is our payment's
id, a refund's number our refund's id: by them Alipay knows a repeated call for good, whatever the
text of the key.

A trade exists at Alipay only since the payer opened the page, or scanned the code. Before that
"there is no such trade" says nothing: the way in stays open until the moment we wrote into it, and
a trade that does not exist cannot be closed. So a payment counts as cancelled only when that moment
has passed too; until then whoever asked to cancel goes on asking, and money that comes meanwhile is
seen and given back. What remains is a payer who pays in the last second by a clock of Alipay's that
is slower than ours by more than `_SLACK`.

`alipay.trade.cancel` is not used: it would give the money of a paid trade back by itself, past our
books.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from application.ports.inbox import ProviderEvent
from application.ports.payments import (
    Acknowledgement,
    Asked,
    CallRefused,
    Charge,
    DisputeSeen,
    Movement,
    OutcomeUnknown,
    Payments,
)
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundSeen, RefundState
from infrastructure.alipay import formats, notification, trades
from infrastructure.alipay.answers import Answer
from infrastructure.alipay.config import AlipayConfig, public_key
from infrastructure.alipay.gateway import Gateway
from shared.ids import RefundId
from shared.money import Money

NAME: Final = "alipay"
_PAGE, _QR = "page", "qr"
_LONGEST: Final = timedelta(hours=2)
"""How long a way in may stay open; a scanned code would not last longer either."""
_SLACK: Final = timedelta(minutes=2)
"""How far Alipay's clock may be behind ours; codes last for whole minutes, at least one."""
_NO_TRADE: Final = "ACQ.TRADE_NOT_EXIST"
_OURS: Final = frozenset(
    {"ACQ.INVALID_PARAMETER", "ACQ.CONTEXT_INCONSISTENT", "ACQ.DISCORDANT_REPEAT_REQUEST"}
)
"""Refusals of the call itself."""
_OVER: Final = frozenset({"ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE"})


def utc_now() -> datetime:
    return datetime.now(UTC)


class AlipayPayments(Payments):
    """One app, in the mode that its gateway has: `async with AlipayPayments(...)`.

    Raises ValueError for keys that cannot be read.
    """

    def __init__(
        self, config: AlipayConfig, *, live: bool, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._config = config
        self._live = live
        self._clock = clock
        self._theirs = public_key(config.alipay_public_key)
        self._gateway = Gateway(config, clock=clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._gateway.close()

    @property
    def name(self) -> str:
        return NAME

    @property
    def live(self) -> bool:
        return self._live

    @property
    def account(self) -> str:
        return self._config.app_id

    @property
    def methods(self) -> frozenset[str]:
        return frozenset({_PAGE, _QR})

    @property
    def default_method(self) -> str:
        return _PAGE

    @property
    def keys_last(self) -> timedelta:
        return timedelta(days=365)

    @property
    def acknowledgement(self) -> Acknowledgement:
        return Acknowledgement(body=b"success", media_type="text/plain")

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        if charge.method not in self.methods or charge.amount.is_zero:
            raise CallRefused("charge")
        content = {
            "out_trade_no": formats.number(charge.payment_id),
            "total_amount": _yuan(charge.amount),
            "subject": formats.subject(charge.description),
        }
        until = min(charge.pay_until, self._clock() + _LONGEST)
        if charge.method == _PAGE:
            content["product_code"] = "FAST_INSTANT_TRADE_PAY"
            content["time_expire"] = formats.written(until)
            return self._open(charge, self._gateway.page("alipay.trade.page.pay", content))
        minutes = max(1, (until - self._clock()) // timedelta(minutes=1))
        content["timeout_express"] = content["qr_code_timeout_express"] = f"{minutes}m"
        answer = await self._gateway.call("alipay.trade.precreate", content)
        if answer.is_success and answer.text("qr_code"):
            trades.check(answer, charge.payment_id)
            return self._open(charge, answer.text("qr_code"))
        if answer.sub_code in _OVER:
            return trades.seen(await self._query(charge), charge.payment_id, live=self._live)
        if answer.is_success or answer.sub_code in _OURS:
            raise CallRefused(answer.sub_code or "qr_code")
        return Observation(
            reference=formats.number(charge.payment_id),
            state=PaymentState.FAILED,
            failure=_failure(answer),
        )

    async def find(self, asked: Asked) -> Observation | None:
        answer = await self._query(asked)
        if answer.sub_code == _NO_TRADE:
            return self._unopened(asked)
        return trades.seen(answer, asked.payment_id, live=self._live)

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        if amount != asked.amount:
            raise CallRefused("amount")
        seen = await self.find(asked)
        if seen is None:
            raise CallRefused(_NO_TRADE)
        return seen

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        content = {"out_trade_no": self._number(asked)}
        await self._gateway.call("alipay.trade.close", content)
        # Whatever it said: the trade says how it stands.
        seen = await self.find(asked)
        if seen is None:
            raise CallRefused(_NO_TRADE)
        return seen

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        reference = formats.number(refund_id)
        content = {
            "out_trade_no": self._number(asked),
            "refund_amount": _yuan(amount),
            "out_request_no": reference,
        }
        answer = await self._gateway.call("alipay.trade.refund", content)
        if answer.sub_code in _OURS or answer.sub_code == _NO_TRADE:
            raise CallRefused(answer.sub_code)
        if answer.is_success:
            trades.check(answer, asked.payment_id)
            if answer.text("fund_change") == "Y":
                return RefundSeen(state=RefundState.SUCCEEDED, reference=reference)
        # Money moved before, or not at all: only the refund itself can tell.
        seen = await self.find_refund(asked, refund_id=refund_id, reference=reference)
        if seen is not None:
            return seen
        if answer.is_success:
            return RefundSeen(state=RefundState.PENDING, reference=reference)
        return RefundSeen(state=RefundState.FAILED, reference=reference, failure=_failure(answer))

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        number = formats.number(refund_id)
        content = {"out_trade_no": self._number(asked), "out_request_no": number}
        answer = await self._gateway.call("alipay.trade.fastpay.refund.query", content)
        if not answer.is_success:
            if answer.sub_code == _NO_TRADE:
                return None
            raise CallRefused(answer.sub_code)
        if answer.text("refund_status") != "REFUND_SUCCESS":
            return None  # "not received, or failed": asking once more for it is safe
        trades.check(answer, asked.payment_id)
        if answer.text("out_request_no") != number:
            raise OutcomeUnknown("the answer is about another refund")
        return RefundSeen(state=RefundState.SUCCEEDED, reference=number)

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        """None: payers complain to Alipay, whose people write to the merchant."""
        return []

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        """None: Alipay keeps no list of them."""
        return []

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        """None: its bills are files of whole days, made on the day after."""
        return None

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        return notification.read(
            body, config=self._config, key=self._theirs, provider=NAME, now=self._clock()
        )

    async def _query(self, about: Charge | Asked) -> Answer:
        content = {"out_trade_no": self._number(about)}
        answer = await self._gateway.call("alipay.trade.query", content)
        if not answer.is_success and answer.sub_code != _NO_TRADE:
            raise CallRefused(answer.sub_code)
        return answer

    def _open(self, charge: Charge, address: str) -> Observation:
        return Observation(
            reference=formats.number(charge.payment_id),
            state=PaymentState.REQUIRES_ACTION,
            amount=charge.amount,
            payment_id=charge.payment_id,
            live=self._live,
            redirect_url=address,
        )

    def _unopened(self, asked: Asked) -> Observation | None:
        """No trade: nobody has opened the page yet. Nobody ever will if nobody was told of it."""
        if asked.reference is None:
            return None
        until = asked.pay_until or asked.asked_at + _LONGEST
        over = self._clock() > until + _SLACK
        return Observation(
            reference=asked.reference,
            state=PaymentState.CANCELLED if over else PaymentState.REQUIRES_ACTION,
        )

    @staticmethod
    def _number(about: Charge | Asked) -> str:
        number = formats.number(about.payment_id)
        if isinstance(about, Asked) and about.reference not in (None, number):
            raise CallRefused("reference")
        return number


def _yuan(amount: Money) -> str:
    try:
        return formats.yuan(amount)
    except ValueError as error:
        raise CallRefused("currency") from error


def _failure(answer: Answer) -> str:
    return answer.sub_code.removeprefix("ACQ.").lower()
