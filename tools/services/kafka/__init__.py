"""Kafka: broker and controller in one Java process."""

from tools.services.kafka.server import Kafka

__all__ = ["Kafka"]
