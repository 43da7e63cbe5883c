"""What is signed, letter by letter, and the keys it is signed with."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import NameOID

from infrastructure.wechat.config import platform_keys, private_key, sealing_key
from infrastructure.wechat.signing import answer_text, is_genuine, request_text, sign
from tests.adapters.wechat.bench import config
from tests.fakes.rsa_keys import key, private_pem, public_pem, verifies

AT = datetime(2019, 4, 2, 12, 34, 20, tzinfo=UTC)
NONCE = "593BEC0C930BF1AFEB40B4A08C8FB242"


def test_the_text_of_a_request() -> None:
    """The example of "Signature generation": a request without a body ends with an empty line."""
    text = request_text("GET", "/v3/certificates", 1554208460, NONCE, b"")
    assert text == b"GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n"
    query = request_text("POST", "/v3/x?mchid=1900000109", 1, "n", '{"描":1}\n'.encode())
    assert query == b"POST\n/v3/x?mchid=1900000109\n1\nn\n" + '{"描":1}\n\n'.encode()


def test_the_text_of_an_answer() -> None:
    assert answer_text("1722850421", "d824f2e086d3c1df967785d13fcd22ef", b'{"a":1}') == (
        b'1722850421\nd824f2e086d3c1df967785d13fcd22ef\n{"a":1}\n'
    )
    assert answer_text("1", "n", b"") == b"1\nn\n\n"


def test_a_signature_holds_for_its_text_key_and_time_only() -> None:
    keys = platform_keys({"A": public_pem("platform"), "B": public_pem("stranger")})
    body, timestamp = b'{"a":1}', str(int(AT.timestamp()))
    signature = sign(key("platform"), answer_text(timestamp, NONCE, body))
    assert verifies("platform", answer_text(timestamp, NONCE, body), signature)
    good = {
        "wechatpay-serial": "A",
        "wechatpay-timestamp": timestamp,
        "wechatpay-nonce": NONCE,
        "wechatpay-signature": signature,
    }
    assert is_genuine(keys, good, body, now=AT)
    assert is_genuine(keys, good, body, now=AT + timedelta(minutes=5))
    assert is_genuine(keys, good, body, now=AT - timedelta(minutes=5))
    assert not is_genuine(keys, good, body + b" ", now=AT)
    for minutes in (-6, 6):
        assert not is_genuine(keys, good, body, now=AT + timedelta(minutes=minutes))
    for name, bad in (
        ("serial", "B"),
        ("serial", "C"),
        ("serial", ""),
        ("nonce", "n"),
        ("timestamp", f"{timestamp}0"),
        ("timestamp", f" {timestamp}"),
        ("timestamp", "１"),
        ("timestamp", ""),
        ("signature", f"WECHATPAY/SIGNTEST/{signature}"),
        ("signature", ""),
        ("signature", "ü"),
    ):
        assert not is_genuine(keys, {**good, f"wechatpay-{name}": bad}, body, now=AT)
    for name in good:
        assert not is_genuine(keys, {k: good[k] for k in good if k != name}, body, now=AT)


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sign")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key("platform").public_key())
        .serial_number(0x5157F09EFDC096DE15EBE81A47057A7232F1B8E1)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1825))
        .sign(key("platform"), hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()


def test_platform_keys_come_in_several_dresses() -> None:
    pem = public_pem("platform")
    texts = {"A": pem, "B": pem.replace("\n", "\\n"), "C": certificate()}
    numbers = {each.public_numbers() for each in platform_keys(texts).values()}
    assert numbers == {key("platform").public_key().public_numbers()}


def test_bad_keys_are_refused_at_the_start() -> None:
    def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for text in ("", "x", pem(weak), pem(ed25519.Ed25519PrivateKey.generate())):
        with pytest.raises(ValueError, match="private key for WeChat Pay"):
            private_key(text)
    for text in ("", "x", private_pem("merchant")):
        with pytest.raises(ValueError, match="platform key of WeChat Pay"):
            platform_keys({"A": text})
    with pytest.raises(ValueError, match="needs a platform key"):
        platform_keys({})
    for text in ("", "x" * 31, "x" * 33):
        with pytest.raises(ValueError, match="32 characters"):
            sealing_key(text)


def test_secrets_are_not_shown() -> None:
    shown = repr(config())
    assert "PRIVATE" not in shown and config().api_v3_key not in shown
    assert config().merchant_id in shown
