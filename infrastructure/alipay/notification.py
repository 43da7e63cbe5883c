"""Asynchronous notifications: a form, signed over its decoded fields.

Alipay repeats one that was not answered with `success` for 25 hours, and may send it with the time
and the signature of the first try.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from application.errors import WebhookFault, WebhookInvalid
from application.ports.inbox import ProviderEvent, Topic
from infrastructure.alipay import formats
from infrastructure.alipay.config import AlipayConfig
from infrastructure.alipay.signing import is_genuine, notification_text

TOLERANCE: Final = timedelta(hours=26)
_AHEAD: Final = timedelta(minutes=5)
_MOST_FIELDS: Final = 100


def read(
    body: bytes, *, config: AlipayConfig, key: RSAPublicKey, provider: str, now: datetime
) -> ProviderEvent:
    """Raises WebhookInvalid when Alipay did not sign it, it is not for us, or too old."""
    try:
        fields = _fields(body)
        if not is_genuine(key, notification_text(fields), fields["sign"]):
            raise WebhookInvalid()
        if (fields["app_id"], fields["seller_id"]) != (config.app_id, config.seller_id):
            raise WebhookInvalid(fault=WebhookFault.OTHER_ACCOUNT)
        at = formats.moment(fields["notify_time"])
        formats.money(fields["total_amount"])
        payment_id = formats.payment_id(fields["out_trade_no"])
        event_id, status = fields["notify_id"], fields["trade_status"]
    except (ValueError, KeyError) as error:
        raise WebhookInvalid() from error
    if not event_id or not now - TOLERANCE <= at <= now + _AHEAD:
        raise WebhookInvalid(fault=WebhookFault.OLD)
    returned = "gmt_refund" in fields
    return ProviderEvent(
        provider=provider,
        topic=Topic.REFUND if returned else Topic.PAYMENT,
        payment_id=payment_id,
        event_id=event_id,
        type=f"refund.{status}" if returned else status,
        reference=formats.number(payment_id),
        occurred_at=at,
    )


def _fields(body: bytes) -> dict[str, str]:
    """Raises ValueError."""
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        strict_parsing=True,
        errors="strict",
        max_num_fields=_MOST_FIELDS,
    )
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field is there twice")
    if fields.get("sign_type") != "RSA2" or fields.get("charset", "").lower() != "utf-8":
        raise ValueError("not the way of signing that was agreed upon")
    return fields
