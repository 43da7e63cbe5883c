"""Calls of the API: signed requests, and answers whose signature holds."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

import httpx2

from application.ports.payments import OutcomeUnknown
from infrastructure.wechat.config import WechatConfig, platform_keys, private_key
from infrastructure.wechat.signing import SCHEME, is_genuine, request_text, sign

_TIMEOUT: Final = 10.0
"""Seconds for an answer."""
_AGAIN: Final = frozenset(
    {"SYSTEM_ERROR", "BANK_ERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "BIZERR_NEED_RETRY"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` names a refusal; it is empty in a success."""

    status: int
    fields: Mapping[str, object]

    @property
    def is_success(self) -> bool:
        return self.status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT)

    @property
    def code(self) -> str:
        return "" if self.is_success else self.text("code") or str(self.status)

    def text(self, name: str) -> str:
        """Empty where it does not say."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


class Client:
    """Owns an HTTP client until `close`. Raises ValueError for keys that cannot be read."""

    def __init__(self, config: WechatConfig, *, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._key = private_key(config.private_key)
        self._theirs = platform_keys(config.platform_keys)
        self._clock = clock
        self._http = httpx2.AsyncClient(base_url=config.api_base, timeout=_TIMEOUT, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, target: str) -> Answer:
        """Raises OutcomeUnknown."""
        return await self._call("GET", target, b"")

    async def post(self, target: str, content: Mapping[str, object]) -> Answer:
        """Raises OutcomeUnknown."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return await self._call("POST", target, body)

    async def _call(self, method: str, target: str, body: bytes) -> Answer:
        headers = {
            "authorization": self._authorization(method, target, body),
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": "holdfast",
            "wechatpay-serial": list(self._theirs)[-1],
        }
        try:
            response = await self._http.request(method, target, content=body, headers=headers)
        except httpx2.HTTPError as error:
            raise OutcomeUnknown(f"{method} {target}: {type(error).__name__}") from error
        status, content = response.status_code, response.content
        if not is_genuine(self._theirs, response.headers, content, now=self._clock()):
            raise OutcomeUnknown(f"{method} {target}: {status} without a valid signature")
        answer = Answer(status, _object(content))
        if answer.code in _AGAIN or status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise OutcomeUnknown(f"{method} {target}: {status} {answer.code}")
        return answer

    def _authorization(self, method: str, target: str, body: bytes) -> str:
        timestamp, nonce = int(self._clock().timestamp()), secrets.token_hex(16)
        signature = sign(self._key, request_text(method, target, timestamp, nonce, body))
        return (
            f'{SCHEME} mchid="{self._config.merchant_id}",nonce_str="{nonce}",'
            f'signature="{signature}",timestamp="{timestamp}",serial_no="{self._config.serial}"'
        )


def _object(content: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(content or b"{}")
    except ValueError as error:
        raise OutcomeUnknown("the answer is no JSON") from error
    if not isinstance(found, dict):
        raise OutcomeUnknown("the answer is no object")
    return found
