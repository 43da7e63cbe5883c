"""Calls of the gateway: signed requests, and answers whose signature holds."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

import httpx2

from application.ports.payments import CallRefused, OutcomeUnknown
from infrastructure.alipay.answers import Answer, Untrustworthy, read
from infrastructure.alipay.config import AlipayConfig, private_key, public_key
from infrastructure.alipay.formats import written
from infrastructure.alipay.signing import request_text, sign

_BUSINESS_REFUSAL: Final = "40004"
_UNAVAILABLE: Final = "20000"
_NOTIFYING: Final = frozenset({"alipay.trade.page.pay", "alipay.trade.precreate"})
"""What asks for notifications, of everything that becomes of the trade."""
_TIMEOUT: Final = 10.0
"""Seconds for an answer."""


class Gateway:
    """Owns an HTTP client until `close`."""

    def __init__(self, config: AlipayConfig, *, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._key = private_key(config.private_key)
        self._theirs = public_key(config.alipay_public_key)
        self._clock = clock
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    def page(self, method: str, content: Mapping[str, str]) -> str:
        """The address of a page at Alipay, for the payer's browser."""
        return self._address(self._signed(method, content))

    async def call(self, method: str, content: Mapping[str, str]) -> Answer:
        """A success, or a refusal of the business.

        Raises OutcomeUnknown, CallRefused.
        """
        fields = self._signed(method, content)
        form = {"biz_content": fields.pop("biz_content")}
        try:
            response = await self._http.post(self._address(fields), data=form)
        except httpx2.HTTPError as error:
            raise OutcomeUnknown(f"{method}: {type(error).__name__}") from error
        if response.status_code != httpx2.codes.OK:
            raise OutcomeUnknown(f"{method}: status {response.status_code}")
        try:
            answer = read(response.content, method, self._theirs)
        except Untrustworthy as error:
            raise OutcomeUnknown(f"{method}: {error}") from error
        code, why = answer.code, answer.sub_code
        if code == _UNAVAILABLE or why.startswith(("isp.", "aop.")) or "SYSTEM_ERROR" in why:
            raise OutcomeUnknown(f"{method}: {code} {why}")
        if answer.is_success or (code == _BUSINESS_REFUSAL and why.startswith("ACQ.")):
            return answer
        raise CallRefused(why or code)

    def _signed(self, method: str, content: Mapping[str, str]) -> dict[str, str]:
        fields = {
            "app_id": self._config.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": written(self._clock()),
            "version": "1.0",
            "notify_url": self._config.notify_url if method in _NOTIFYING else "",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }
        fields = {name: value for name, value in fields.items() if value}
        return {**fields, "sign": sign(self._key, request_text(fields))}

    def _address(self, fields: Mapping[str, str]) -> str:
        return f"{self._config.gateway}?{urlencode(fields, quote_via=quote)}"
