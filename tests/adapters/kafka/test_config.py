"""How to reach Kafka."""

import ssl

import pytest

from infrastructure.kafka.config import KafkaConfig


def test_plain() -> None:
    options = KafkaConfig(url="kafka://one:9000,two,[::1]:7", timeout_seconds=2.5).client_options()
    assert options["bootstrap_servers"] == ["one:9000", "two:9092", "[::1]:7"]
    assert options["security_protocol"] == "PLAINTEXT"
    assert options["request_timeout_ms"] == 2500
    assert "ssl_context" not in options and "sasl_plain_password" not in options


def test_encrypted_and_with_a_password() -> None:
    config = KafkaConfig(url="kafkas://shop:s%2Fec:ret%40@one:9000")
    options = config.client_options()
    assert options["security_protocol"] == "SASL_SSL"
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options["sasl_plain_username"] == "shop"
    assert options["sasl_plain_password"] == "s/ec:ret@"
    assert options["bootstrap_servers"] == ["one:9000"]
    assert "ret" not in repr(config)


def test_with_a_password_alone() -> None:
    options = KafkaConfig(url="kafka://a:b@one", sasl_mechanism="PLAIN").client_options()
    assert (options["security_protocol"], options["sasl_mechanism"]) == ("SASL_PLAINTEXT", "PLAIN")


@pytest.mark.parametrize("url", ["", "one:9092", "amqp://one", "kafka://", "kafka://a:b@"])
def test_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="kafka://host:port"):
        KafkaConfig(url=url)
