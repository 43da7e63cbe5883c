"""What is signed, letter by letter, and the keys it is signed with."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from infrastructure.alipay.config import private_key, public_key
from infrastructure.alipay.signing import is_genuine, notification_text, request_text, sign
from tests.adapters.alipay.bench import config
from tests.fakes.rsa_keys import private_pem, public_pem, verifies

REQUEST = {
    "timestamp": "2014-07-24 03:07:50",
    "method": "alipay.trade.query",
    "app_id": "2014072300007148",
    "sign_type": "RSA2",
    "version": "1.0",
    "charset": "utf-8",
    "notify_url": "",
    "biz_content": '{"out_trade_no":"20150320010101001","subject":"演唱会 & +"}',
    "sign": "is never part of it",
}
SIGNED = (
    'app_id=2014072300007148&biz_content={"out_trade_no":"20150320010101001","subject":'
    '"演唱会 & +"}&charset=utf-8&method=alipay.trade.query&sign_type=RSA2'
    "&timestamp=2014-07-24 03:07:50&version=1.0"
)


def test_the_text_of_a_request() -> None:
    assert request_text(REQUEST) == SIGNED


def test_the_text_of_a_notification() -> None:
    fields = {"total_amount": "2.00", "sign_type": "RSA2", "sign": "x", "body": "大乐透2.1"}
    assert notification_text(fields) == "body=大乐透2.1&total_amount=2.00"


def test_a_signature_holds_for_its_text_and_key_only() -> None:
    signature = sign(private_key(private_pem("merchant")), SIGNED)
    assert verifies("merchant", SIGNED.encode(), signature)
    theirs = public_key(public_pem("merchant"))
    assert is_genuine(theirs, SIGNED, signature)
    assert not is_genuine(theirs, SIGNED + " ", signature)
    assert not is_genuine(public_key(public_pem("stranger")), SIGNED, signature)
    for bad in ("", "x", "ü", signature[:-4], f" {signature}", f"{signature}=="):
        assert not is_genuine(theirs, SIGNED, bad)


def test_keys_come_in_several_dresses() -> None:
    pem = private_pem("merchant")
    bare = "".join(pem.splitlines()[1:-1])
    for text in (pem, f"\n{pem}\n", pem.replace("\n", "\\n"), bare):
        key = private_key(text)
        assert verifies("merchant", b"x", sign(key, "x"))
    old = private_key(pem).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    assert verifies("merchant", b"x", sign(private_key(base64.b64encode(old).decode()), "x"))
    theirs = public_pem("alipay")
    for text in (theirs, theirs.replace("\n", "\\n"), "".join(theirs.splitlines()[1:-1])):
        assert public_key(text).key_size == 2048


def test_bad_keys_are_refused_at_the_start() -> None:
    def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for text in ("", "x", "{}", pem(weak), pem(ed25519.Ed25519PrivateKey.generate())):
        with pytest.raises(ValueError, match="private key for Alipay"):
            private_key(text)
    for text in ("", "ü", private_pem("merchant"), public_pem("alipay")[:-60]):
        with pytest.raises(ValueError, match="public key of Alipay"):
            public_key(text)


def test_the_private_key_is_not_shown() -> None:
    shown = repr(replace(config(), private_key="secret"))
    assert "secret" not in shown and config().app_id in shown
