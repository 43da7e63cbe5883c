"""The API: checks requests as strictly as WeChat Pay does, and can misbehave."""

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from enum import Enum, auto

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.rsa_keys import sign, verifies
from tests.fakes.wechat.books import Books, Order, Refund, Refused
from tests.fakes.wechat.sealing import API_V3_KEY, seal

APP_ID, MERCHANT_ID = "wxd678efh567hg6787", "1900000109"
SERIAL, PLATFORM = "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB", "PUB_KEY_ID_0119000001092025"
BEIJING = timezone(timedelta(hours=8))
_AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>\d+)",nonce_str="(?P<nonce>[0-9A-Za-z]{1,32})",'
    r'signature="(?P<signature>[A-Za-z0-9+/=]+)",timestamp="(?P<timestamp>\d+)",'
    r'serial_no="(?P<serial>[0-9A-F]+)"'
)

_NONCE = "c5ac7061fccab6bf3e254dcf98995b8c"


class Fault(Enum):
    """What goes wrong with the call that comes next."""

    NO_EFFECT = auto()
    """SYSTEM_ERROR, and nothing done."""
    EFFECT_THEN_500 = auto()
    TOO_OFTEN = auto()
    UNSIGNED = auto()
    FORGED = auto()
    """Signed by somebody else."""
    OTHER_KEY = auto()
    """With the serial of a key that we were not given."""
    CHANGED = auto()
    OLD = auto()
    OTHER_ORDER = auto()
    """A genuine answer about another order."""
    OTHER_REFUND = auto()


class FakeWechat:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.books = Books()
        self.faults: deque[Fault] = deque()
        self.calls: list[str] = []
        self.nonces: set[str] = set()
        self.outbox: list[tuple[str, dict[str, object]]] = []
        """Notifications: the type of the event, and what is sealed in it."""
        self.refunds_end_as: str | None = "SUCCESS"
        """At once; None leaves them PROCESSING."""
        self.refused: Refused | None = None
        """Why refund requests are refused, whatever they are."""
        ours, orders = self._serve, "/v3/pay/transactions"
        self.app = Starlette(
            routes=[
                Route(f"{orders}/{{kind}}", ours, methods=["POST"]),
                Route(f"{orders}/out-trade-no/{{number}}", ours),
                Route(f"{orders}/out-trade-no/{{number}}/close", ours, methods=["POST"]),
                Route("/v3/refund/domestic/refunds", ours, methods=["POST"]),
                Route("/v3/refund/domestic/refunds/{number}", ours),
            ]
        )

    # The payer, and the bank

    def pay(self, number: str) -> None:
        order = self.books.pay(number, self.clock())
        self.outbox.append(("TRANSACTION.SUCCESS", self._order(order)))

    def end(self, refund: Refund, status: str) -> None:
        self.books.end(refund, status)
        told = {**self._refund(refund), "mchid": MERCHANT_ID, "refund_status": status}
        self.outbox.append((f"REFUND.{status}", told))

    # What is sent to the merchant

    def notifications(self) -> list[tuple[bytes, dict[str, str]]]:
        return [self.notification(n, kind, told) for n, (kind, told) in enumerate(self.outbox)]

    def notification(
        self,
        number: int,
        kind: str,
        told: Mapping[str, object],
        *,
        signer: str = "platform",
        sealed_with: str = API_V3_KEY,
    ) -> tuple[bytes, dict[str, str]]:
        nonce, about = "fdasflkja484", kind.split(".")[0].lower()
        ciphertext = seal(json.dumps(told).encode(), nonce=nonce, about=about, key=sealed_with)
        event = {
            "id": f"EV-20180225112233{number:05d}",
            "create_time": self.clock().astimezone(BEIJING).isoformat(),
            "resource_type": "encrypt-resource",
            "event_type": kind,
            "summary": "支付成功",
            "resource": {
                "original_type": about,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": ciphertext,
                "associated_data": about,
                "nonce": nonce,
            },
        }
        body = json.dumps(event, ensure_ascii=False).encode()
        return body, self.signed(body, signer=signer)

    # The wire

    async def _serve(self, request: Request) -> Response:
        body = await request.body()
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.calls.append(f"{request.method} {target}")
        if not self._knows(request, target, body):
            return Response('{"code":"SIGN_ERROR"}', 401, media_type="application/json")
        fault = self.faults.popleft() if self.faults else None
        if fault is Fault.NO_EFFECT:
            return self._answer(500, {"code": "SYSTEM_ERROR"}, fault)
        if fault is Fault.TOO_OFTEN:
            return self._answer(429, {"code": "FREQUENCY_LIMITED"}, fault)
        try:
            status, answer = self._act(request, json.loads(body or b"{}"))
        except Refused as refused:
            status, answer = refused.status, {"code": refused.code, "message": "不行"}
        if fault is Fault.EFFECT_THEN_500:
            return PlainTextResponse("oops", status_code=500)
        return self._answer(status, answer, fault)

    def _knows(self, request: Request, target: str, body: bytes) -> bool:
        found = _AUTHORIZATION.fullmatch(request.headers["authorization"])
        if found is None or (found["mchid"], found["serial"]) != (MERCHANT_ID, SERIAL):
            return False
        late = abs(int(found["timestamp"]) - self.clock().timestamp())
        if late > 300 or found["nonce"] in self.nonces:
            return False
        self.nonces.add(found["nonce"])
        lines = (request.method, target, found["timestamp"], found["nonce"], body.decode())
        return verifies("merchant", "".join(f"{each}\n" for each in lines).encode(), found[3])

    def _answer(
        self, status: int, answer: Mapping[str, object] | None, fault: Fault | None
    ) -> Response:
        other = {Fault.OTHER_ORDER: "out_trade_no", Fault.OTHER_REFUND: "out_refund_no"}
        if answer is not None and fault in other:
            answer = {**answer, other[fault]: "f" * 32}
        body = b"" if answer is None else json.dumps(answer, ensure_ascii=False).encode()
        headers = self.signed(
            body,
            signer="stranger" if fault is Fault.FORGED else "platform",
            ago=301 if fault is Fault.OLD else 0,
        )
        if fault is Fault.UNSIGNED:
            headers = {}
        if fault is Fault.OTHER_KEY:
            headers["Wechatpay-Serial"] = "PUB_KEY_ID_0000000000000000"
        if fault is Fault.CHANGED:
            body += b" "
        return Response(body, status, headers=headers, media_type="application/json")

    def signed(self, body: bytes, *, signer: str = "platform", ago: int = 0) -> dict[str, str]:
        """The headers that say so."""
        timestamp, nonce = (
            str(int(self.clock().timestamp()) - ago),
            "c5ac7061fccab6bf3e254dcf98995b8c",
        )
        message = timestamp.encode() + b"\n" + nonce.encode() + b"\n" + body + b"\n"
        return {
            "Wechatpay-Serial": PLATFORM,
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": sign(signer, message),
        }

    # The business

    def _act(
        self, request: Request, content: dict[str, object]
    ) -> tuple[int, Mapping[str, object] | None]:
        kind, number = request.path_params.get("kind"), request.path_params.get("number", "")
        if kind is not None:
            return 200, self._place(str(kind), content)
        if request.url.path.endswith("/close"):
            assert content == {"mchid": MERCHANT_ID}
            self.books.close(number)
            return 204, None
        if request.method == "POST":
            return 200, self._refund(self._give_back(content))
        if "refund" in request.url.path:
            if number not in self.books.refunds:
                raise Refused(404, "RESOURCE_NOT_EXISTS")
            return 200, self._refund(self.books.refunds[number])
        assert request.query_params["mchid"] == MERCHANT_ID
        return 200, self._order(self.books.order(number))

    def _place(self, kind: str, content: dict[str, object]) -> dict[str, str]:
        amount, number = content["amount"], content["out_trade_no"]
        assert (content["appid"], content["mchid"]) == (APP_ID, MERCHANT_ID)
        assert isinstance(amount, dict) and amount["currency"] == "CNY"
        assert isinstance(number, str) and re.fullmatch(r"[0-9A-Za-z_\-*]{6,32}", number)
        if kind == "h5":
            scene = content["scene_info"]
            assert isinstance(scene, dict) and scene["payer_client_ip"] and scene["h5_info"]
        until = datetime.fromisoformat(str(content["time_expire"]))
        self.books.place(number, content, int(amount["total"]), until)
        if kind == "h5":
            url = f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx{number}"
            return {"h5_url": url}
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={number[-9:]}"}

    def _give_back(self, content: Mapping[str, object]) -> Refund:
        if self.refused is not None:
            raise self.refused
        amount = content["amount"]
        assert isinstance(amount, dict) and amount["currency"] == "CNY"
        numbers = str(content["out_trade_no"]), str(content["out_refund_no"])
        refund = self.books.refund(*numbers, int(amount["refund"]), int(amount["total"]))
        if self.refunds_end_as is not None and refund.status == "PROCESSING":
            self.end(refund, self.refunds_end_as)
        return refund

    @staticmethod
    def _order(order: Order) -> dict[str, object]:
        shown: dict[str, object] = {
            "appid": APP_ID,
            "mchid": MERCHANT_ID,
            "out_trade_no": order.number,
            "trade_state": order.state,
            "trade_state_desc": "支付",
            "amount": {"total": order.total, "currency": "CNY"},
        }
        if order.paid_at is not None:
            shown |= {
                "transaction_id": f"42000{order.number[:23]}",
                "trade_type": "NATIVE",
                "success_time": order.paid_at.astimezone(BEIJING).isoformat(),
            }
        return shown

    @staticmethod
    def _refund(refund: Refund) -> dict[str, object]:
        return {
            "refund_id": f"503{refund.number[:23]}",
            "out_refund_no": refund.number,
            "out_trade_no": refund.order.number,
            "transaction_id": f"42000{refund.order.number[:23]}",
            "status": refund.status,
            "amount": {
                "total": refund.order.total,
                "refund": refund.amount,
                "currency": "CNY",
            },
        }
