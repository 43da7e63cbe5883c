"""WeChat Pay as a provider of payments.

Money is taken at once when the payer pays; there is no promise. An order's number is our payment's
id, a refund's number our refund's id: by them WeChat Pay knows a repeated call for good, whatever
the text of the key.

Closing answers "done" even for a number that nobody ever ordered with, so its answer is not
believed: the order is asked how it stands afterwards.
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
from infrastructure.wechat import formats, orders, refunds
from infrastructure.wechat.client import Answer, Client
from infrastructure.wechat.config import WechatConfig, platform_keys, sealing_key
from infrastructure.wechat.notification import Notifications
from shared.ids import RefundId
from shared.money import Money

NAME: Final = "wechat"
_NATIVE, _H5 = "native", "h5"
_ADDRESSES: Final[Mapping[str, str]] = {_NATIVE: "code_url", _H5: "h5_url"}
_ORDERS: Final = "/v3/pay/transactions"
_REFUNDS: Final = "/v3/refund/domestic/refunds"
_NOT_THERE: Final = frozenset({"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS"})
_USED: Final = frozenset({"OUT_TRADE_NO_USED", "ORDER_CLOSED", "ORDERPAID", "INVALID_REQUEST"})
"""What it says to an order that it has already, among others."""
_DECLINED: Final = frozenset({"RULE_LIMIT", "TRADE_ERROR", "ACCOUNT_ERROR"})
_NO_REFUND: Final = frozenset(
    {"NOT_ENOUGH", "USER_ACCOUNT_ABNORMAL", "INVALID_REQUEST", "RULE_LIMIT", "TRADE_ERROR"}
)
_UNKNOWN_PAYER: Final = "payer_address_unknown"


def utc_now() -> datetime:
    return datetime.now(UTC)


class WechatPayments(Payments):
    """One merchant: `async with WechatPayments(...)`. Raises ValueError for keys that cannot be
    read.
    """

    def __init__(
        self, config: WechatConfig, *, live: bool, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._config = config
        self._live = live
        self._clock = clock
        self._client = Client(config, clock=clock)
        self._notifications = Notifications(
            config,
            keys=platform_keys(config.platform_keys),
            sealing_key=sealing_key(config.api_v3_key),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    @property
    def name(self) -> str:
        return NAME

    @property
    def live(self) -> bool:
        return self._live

    @property
    def account(self) -> str:
        return self._config.merchant_id

    @property
    def methods(self) -> frozenset[str]:
        return frozenset(_ADDRESSES)

    @property
    def default_method(self) -> str:
        return _NATIVE

    @property
    def keys_last(self) -> timedelta:
        return timedelta(days=365)

    @property
    def acknowledgement(self) -> Acknowledgement:
        return Acknowledgement(body=b'{"code":"SUCCESS","message":"OK"}')

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        if charge.method not in self.methods or charge.amount.is_zero:
            raise CallRefused("charge")
        total = _fen(charge.amount)
        content: dict[str, object] = {
            "appid": self._config.app_id,
            "mchid": self._config.merchant_id,
            "description": formats.description(charge.description),
            "out_trade_no": formats.number(charge.payment_id),
            "time_expire": formats.written(charge.pay_until),
            "notify_url": self._config.notify_url,
            "amount": {"total": total, "currency": formats.CURRENCY},
        }
        if charge.method == _H5:
            if charge.payer_address is None:  # it is not repeated without its payer
                return await self._as_it_stands(charge, otherwise=_UNKNOWN_PAYER)
            content["scene_info"] = {
                "payer_client_ip": charge.payer_address,
                "h5_info": {"type": "Wap"},
            }
        answer = await self._client.post(f"{_ORDERS}/{charge.method}", content)
        address = answer.text(_ADDRESSES[charge.method])
        if answer.is_success and address:
            return Observation(
                reference=formats.number(charge.payment_id),
                state=PaymentState.REQUIRES_ACTION,
                amount=charge.amount,
                payment_id=charge.payment_id,
                live=self._live,
                redirect_url=address,
            )
        if answer.code in _USED:
            return await self._as_it_stands(charge)
        if answer.code in _DECLINED:
            return _failed(charge, answer.code.lower())
        raise CallRefused(answer.code or "no address")

    async def find(self, asked: Asked) -> Observation | None:
        return await self._find(asked)

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        if amount != asked.amount:
            raise CallRefused("amount")
        return await self._found(asked)

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        target = f"{_ORDERS}/out-trade-no/{_number(asked)}/close"
        await self._client.post(target, {"mchid": self._config.merchant_id})
        return await self._found(asked)

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        content = {
            "out_trade_no": _number(asked),
            "out_refund_no": formats.number(refund_id),
            "notify_url": self._config.notify_url,
            "amount": {
                "refund": _fen(amount),
                "total": _fen(asked.amount),
                "currency": formats.CURRENCY,
            },
        }
        answer = await self._client.post(_REFUNDS, content)
        if answer.is_success:
            return _same(answer, asked, refund_id, amount)
        known = await self._refund(refund_id)
        if known is not None:
            return _same(known, asked, refund_id, amount)
        if answer.code in _NO_REFUND:
            return RefundSeen(state=RefundState.FAILED, failure=answer.code.lower())
        if answer.code in _NOT_THERE and await self._find(asked) is not None:
            # It says so at times of orders that are there; the same call goes well later.
            raise OutcomeUnknown("the order is not known to refunds yet")
        raise CallRefused(answer.code)

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        answer = await self._refund(refund_id)
        return None if answer is None else refunds.seen(answer, asked.payment_id, refund_id)

    async def disputes(self, asked: Asked) -> Sequence[DisputeSeen]:
        """None: payers complain to WeChat Pay, which takes no money back for it."""
        return []

    async def missed_events(self, *, since: datetime) -> Sequence[ProviderEvent]:
        """None: WeChat Pay keeps no list of them."""
        return []

    async def movements(self, *, since: datetime, until: datetime) -> Sequence[Movement] | None:
        """None: its bills are files of whole days, made on the day after."""
        return None

    def verify(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        return self._notifications.read(body, headers, provider=NAME, now=self._clock())

    async def _find(self, about: Charge | Asked) -> Observation | None:
        target = f"{_ORDERS}/out-trade-no/{_number(about)}?mchid={self._config.merchant_id}"
        answer = await self._client.get(target)
        if answer.code in _NOT_THERE:
            return None
        if not answer.is_success:
            raise CallRefused(answer.code)
        return orders.seen(answer, about.payment_id, config=self._config, live=self._live)

    async def _found(self, asked: Asked) -> Observation:
        seen = await self._find(asked)
        if seen is None:
            raise CallRefused("ORDER_NOT_EXIST")
        return seen

    async def _as_it_stands(self, charge: Charge, *, otherwise: str = "") -> Observation:
        """An order that may be there already. Raises CallRefused when it is of another amount."""
        seen = await self._find(charge)
        if seen is None and otherwise:
            return _failed(charge, otherwise)
        if seen is None or seen.amount not in (None, charge.amount):
            raise CallRefused("OUT_TRADE_NO_USED" if seen else "INVALID_REQUEST")
        return seen

    async def _refund(self, refund_id: RefundId) -> Answer | None:
        answer = await self._client.get(f"{_REFUNDS}/{formats.number(refund_id)}")
        if answer.code in _NOT_THERE:
            return None
        if not answer.is_success:
            raise CallRefused(answer.code)
        return answer


def _same(answer: Answer, asked: Asked, refund_id: RefundId, amount: Money) -> RefundSeen:
    """Raises CallRefused when this refund is there with another amount."""
    seen = refunds.seen(answer, asked.payment_id, refund_id)
    if formats.money(answer.fields, "refund") != amount:
        raise CallRefused("out_refund_no was used for another amount")
    return seen


def _failed(charge: Charge, failure: str) -> Observation:
    return Observation(
        reference=formats.number(charge.payment_id), state=PaymentState.FAILED, failure=failure
    )


def _number(about: Charge | Asked) -> str:
    number = formats.number(about.payment_id)
    if isinstance(about, Asked) and about.reference not in (None, number):
        raise CallRefused("reference")
    return number


def _fen(amount: Money) -> int:
    if amount.currency != formats.CURRENCY:
        raise CallRefused("currency")
    return amount.amount
