"""Real servers for tests and for trying things out: Redis, RabbitMQ and Kafka on the loopback.

Each is a child process that a test can kill, freeze and start again on the same port and data, and
that does not outlive the process that started it.
"""

from tools.services.kafka import Kafka
from tools.services.process import ServiceError
from tools.services.rabbitmq import RabbitMq
from tools.services.redis import Redis
from tools.services.server import Server

__all__ = ["Kafka", "RabbitMq", "Redis", "Server", "ServiceError"]
