"""Notifications: signed like answers, and sealed inside."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from application.errors import WebhookFault, WebhookInvalid
from application.ports.inbox import ProviderEvent, Topic
from infrastructure.wechat import formats
from infrastructure.wechat.config import WechatConfig
from infrastructure.wechat.sealed import opened
from infrastructure.wechat.signing import is_genuine

_REFUND: Final = "REFUND."


class Notifications:
    def __init__(
        self, config: WechatConfig, *, keys: Mapping[str, RSAPublicKey], sealing_key: bytes
    ) -> None:
        self._config = config
        self._keys = keys
        self._sealing_key = sealing_key

    def read(
        self, body: bytes, headers: Mapping[str, str], *, provider: str, now: datetime
    ) -> ProviderEvent:
        """Raises WebhookInvalid when WeChat Pay did not sign it, it is not for us, or too old."""
        if not is_genuine(self._keys, headers, body, now=now):
            raise WebhookInvalid()
        try:
            event = json.loads(body)
            id, kind, at = event["id"], event["event_type"], formats.moment(event["create_time"])
            told = opened(self._sealing_key, event["resource"])
            payment_id = formats.payment_id(told.get("out_trade_no"))
        except (ValueError, TypeError, KeyError) as error:
            raise WebhookInvalid(fault=WebhookFault.UNREADABLE) from error
        if not isinstance(id, str) or not id or not isinstance(kind, str):
            raise WebhookInvalid(fault=WebhookFault.UNREADABLE)
        refund = kind.startswith(_REFUND)
        # What is told of a refund names the merchant only.
        ours = told.get("mchid") == self._config.merchant_id
        if not ours or (not refund and told.get("appid") != self._config.app_id):
            raise WebhookInvalid(fault=WebhookFault.OTHER_ACCOUNT)
        return ProviderEvent(
            provider=provider,
            topic=Topic.REFUND if refund else Topic.PAYMENT,
            payment_id=payment_id,
            event_id=id,
            type=kind,
            reference=formats.number(payment_id),
            occurred_at=at,
        )
