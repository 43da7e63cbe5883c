"""The section of the settings about message brokers."""

from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from core.settings_sections import BETWEEN, Section


class Broker(Section):
    """Where facts go as messages."""

    kind: Literal["memory", "kafka", "rabbitmq", "redis"] = Field(
        default="memory",
        description="memory needs nothing: consumers read the log in the database. With the others "
        "every message goes to BROKER__URL, and consumers read there",
    )
    url: SecretStr | None = Field(
        default=None,
        description="Address of the broker: kafka://host:9092, amqp://user:password@host/ or "
        "redis://host:6379/0",
    )
    timeout_seconds: float = Field(
        default=10, gt=0, le=300, description="Longest wait for the broker's acknowledgement"
    )
    max_length: int = Field(
        default=1_000_000,
        ge=1_000,
        description="About how many messages of a topic Redis keeps; a consumer that is further "
        "behind loses what it has not read. The other brokers know no such limit",
    )

    @model_validator(mode="after")
    def _has_an_address(self) -> "Broker":
        if (self.kind == "memory") != (self.url is None):
            raise PydanticCustomError(
                BETWEEN, "BROKER__URL must be set when BROKER__KIND is not memory, and only then"
            )
        return self
