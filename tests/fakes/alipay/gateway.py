"""The gateway: checks requests as strictly as Alipay does, and can misbehave."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, auto
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.alipay.trades import Books, BusinessError, Code, Trade
from tests.fakes.rsa_keys import sign, verifies

BEIJING = timezone(timedelta(hours=8))
FORMAT = "%Y-%m-%d %H:%M:%S"
APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"


class Fault(Enum):
    """What goes wrong with the call that comes next."""

    NO_EFFECT = auto()
    """ACQ.SYSTEM_ERROR, and nothing done."""
    EFFECT_THEN_500 = auto()
    UNAVAILABLE = auto()
    """Code 20000."""
    UNSIGNED = auto()
    FORGED = auto()
    """Signed by somebody else."""
    CHANGED = auto()
    """Something in the answer was changed on the way."""
    OTHER_QUESTION = auto()
    """A genuine answer about another trade."""


class FakeAlipay:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.books = Books()
        self.faults: deque[Fault] = deque()
        self.calls: list[str] = []
        self.outbox: list[dict[str, str]] = []
        """Notifications as fields, unsigned."""
        self.refused: str | None = None
        """Why the last refund request is refused whatever it is, e.g. SELLER_BALANCE_NOT_ENOUGH."""
        self.hesitates = False
        """Whether refund requests are taken on without moving money yet."""
        self.app = Starlette(routes=[Route("/gateway.do", self._serve, methods=["GET", "POST"])])

    # The payer

    def scan(self, qr_code: str) -> Trade:
        code = self.books.codes[qr_code]
        return self.books.start(code.out_trade_no, code.total, code.expires_at, self.clock())

    def pay(self, out_trade_no: str) -> None:
        self._announce(self.books.pay(out_trade_no, self.clock()))

    # What is sent to the merchant

    def notifications(self) -> list[bytes]:
        return [self.form(fields) for fields in self.outbox]

    def form(self, fields: Mapping[str, str], *, signer: str = "alipay") -> bytes:
        """Signed, as it is posted."""
        text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
        return urlencode(
            {**fields, "sign_type": "RSA2", "sign": sign(signer, text.encode())}
        ).encode()

    def _announce(self, trade: Trade, refund: str | None = None) -> None:
        now = self._written(self.clock())
        fields = {
            "gmt_create": now,
            "charset": "utf-8",
            "subject": "Konzert & mehr / 演唱会",
            "buyer_id": "2088000000000099",
            "notify_id": f"ac05099524730693a8b330c5ecf72da9{len(self.outbox):04d}",
            "notify_type": "trade_status_sync",
            "notify_time": now,
            "out_trade_no": trade.out_trade_no,
            "total_amount": f"{trade.total:.2f}",
            "trade_status": trade.status,
            "trade_no": trade.trade_no,
            "auth_app_id": APP_ID,
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "version": "1.0",
        }
        if refund is not None:
            fields |= {
                "gmt_refund": f"{now}.123",
                "refund_fee": f"{trade.refunded:.2f}",
                "out_biz_no": refund,
            }
        self.outbox.append(fields)

    # The wire

    async def _serve(self, request: Request) -> Response:
        query = dict(parse_qsl(request.url.query, keep_blank_values=True))
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        fields = {**query, **form}
        method = fields.get("method", "")
        self.calls.append(method)
        why = self._mistake(fields)
        if why is not None:
            node = {"code": "40002", "msg": "Invalid Arguments", "sub_code": f"isv.{why}"}
            return Response(json.dumps({"error_response": node}), media_type="text/html")
        asks = method in ("alipay.trade.page.pay", "alipay.trade.precreate")
        assert ("notify_url" in fields) == asks
        content = json.loads(fields["biz_content"])
        if request.method == "GET":
            return self._page(method, content)
        fault = self.faults.popleft() if self.faults else None
        if fault is Fault.NO_EFFECT:
            node = _business("ACQ.SYSTEM_ERROR")
        elif fault is Fault.UNAVAILABLE:
            node = {"code": "20000", "msg": "Service Currently Unavailable"}
            node["sub_code"] = "isp.unknow-error"
        else:
            node = self._act(method, content)
        if fault is Fault.EFFECT_THEN_500:
            return PlainTextResponse("oops", status_code=500)
        return self._answer(method, node, fault)

    def _mistake(self, fields: Mapping[str, str]) -> str | None:
        if fields.get("app_id") != APP_ID:
            return "invalid-app-id"
        if fields.get("sign_type") != "RSA2" or fields.get("version") != "1.0":
            return "invalid-signature-type"
        at = datetime.strptime(fields["timestamp"], FORMAT).replace(tzinfo=BEIJING)
        paging = fields["method"] == "alipay.trade.page.pay"  # opened whenever the payer likes
        if not paging and abs(at - self.clock()) > timedelta(minutes=15):
            return "invalid-timestamp"
        signed = sorted((k, v) for k, v in fields.items() if k != "sign" and v)
        text = "&".join(f"{name}={value}" for name, value in signed)
        return None if verifies("merchant", text.encode(), fields["sign"]) else "invalid-signature"

    def _page(self, method: str, content: Mapping[str, str]) -> Response:
        assert method == "alipay.trade.page.pay"
        assert content["product_code"] == "FAST_INSTANT_TRADE_PAY"
        until = datetime.strptime(content["time_expire"], FORMAT).replace(tzinfo=BEIJING)
        try:
            self.books.start(
                content["out_trade_no"], Decimal(content["total_amount"]), until, self.clock()
            )
        except BusinessError as error:
            return PlainTextResponse(error.sub_code, status_code=400)
        return PlainTextResponse("Please pay.")

    def _answer(self, method: str, node: dict[str, str], fault: Fault | None) -> Response:
        if fault is Fault.OTHER_QUESTION:
            node = {**node, "out_trade_no": "f" * 32}
        # As PHP writes it: slashes are escaped, which matters to whoever verifies.
        raw = json.dumps(node, ensure_ascii=False).replace("/", "\\/")
        signature = sign("stranger" if fault is Fault.FORGED else "alipay", raw.encode())
        if fault is Fault.CHANGED:
            raw = raw.replace("10000", "10000 ") if "10000" in raw else raw + " "
        name = method.replace(".", "_") + "_response"
        tail = "" if fault is Fault.UNSIGNED else f',"sign":"{signature}"'
        return Response(f'{{"{name}":{raw}{tail}}}', media_type="text/html;charset=utf-8")

    # The business

    def _act(self, method: str, content: Mapping[str, str]) -> dict[str, str]:
        number, now = content["out_trade_no"], self.clock()
        done = {"code": "10000", "msg": "Success", "out_trade_no": number}
        try:
            match method:
                case "alipay.trade.precreate":
                    return {**done, "qr_code": self._precreate(content, now)}
                case "alipay.trade.query":
                    return {**done, **self._shown(self.books.trade(number, now))}
                case "alipay.trade.close":
                    return {**done, "trade_no": self.books.close(number, now).trade_no}
                case "alipay.trade.refund":
                    return {**done, **self._refund(content, now)}
                case "alipay.trade.fastpay.refund.query":
                    return {**done, **self._refund_shown(content, now)}
        except BusinessError as error:
            return {**_business(error.sub_code), "out_trade_no": number}
        raise AssertionError(method)

    def _precreate(self, content: Mapping[str, str], now: datetime) -> str:
        assert content["qr_code_timeout_express"].endswith("m")
        lasts = timedelta(minutes=int(content["qr_code_timeout_express"][:-1]))
        number, total = content["out_trade_no"], Decimal(content["total_amount"])
        trade = self.books.trades.get(number)
        if trade is not None and trade.status != "WAIT_BUYER_PAY":
            paid = trade.paid_at is not None
            raise BusinessError("TRADE_HAS_SUCCESS" if paid else "TRADE_HAS_CLOSE")
        qr_code = f"https://qr.alipay.com/{number[-16:]}{total * 100:x<9.0f}"
        self.books.codes[qr_code] = Code(number, total, now + lasts)
        return qr_code

    def _shown(self, trade: Trade) -> dict[str, str]:
        shown = {
            "trade_no": trade.trade_no,
            "trade_status": trade.status,
            "total_amount": f"{trade.total:.2f}",
            "buyer_logon_id": "159****5620",
        }
        if trade.paid_at is not None:
            shown["send_pay_date"] = self._written(trade.paid_at)
        return shown

    def _refund(self, content: Mapping[str, str], now: datetime) -> dict[str, str]:
        if self.refused is not None:
            raise BusinessError(self.refused)
        if self.hesitates:
            return {"refund_fee": "0.00", "fund_change": "N"}
        amount = Decimal(content["refund_amount"])
        request = content["out_request_no"]
        trade, moved = self.books.refund(content["out_trade_no"], request, amount, now)
        if moved:
            self._announce(trade, refund=request)
        return {
            "trade_no": trade.trade_no,
            "refund_fee": f"{trade.refunded:.2f}",
            "fund_change": "Y" if moved else "N",
        }

    def _refund_shown(self, content: Mapping[str, str], now: datetime) -> dict[str, str]:
        trade = self.books.trade(content["out_trade_no"], now)
        request = content["out_request_no"]
        if request not in trade.refunds:
            return {}
        return {
            "trade_no": trade.trade_no,
            "out_request_no": request,
            "refund_amount": f"{trade.refunds[request]:.2f}",
            "total_amount": f"{trade.total:.2f}",
            "refund_status": "REFUND_SUCCESS",
        }

    @staticmethod
    def _written(at: datetime) -> str:
        return at.astimezone(UTC).astimezone(BEIJING).strftime(FORMAT)


def _business(sub_code: str) -> dict[str, str]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "交易"}
