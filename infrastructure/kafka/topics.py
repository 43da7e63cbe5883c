"""Topics: made when they are first needed, where they are missing."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from aiokafka.errors import TopicAlreadyExistsError, for_code  # type: ignore[import-untyped]

from infrastructure.kafka.config import KafkaConfig

# Dead letters are few, are read in order, and stay until somebody has looked at them.
_DEAD = {"retention.ms": "-1"}

# The last message of a user says all there is to show of it: that one stays, and whoever reads the
# topic from the beginning knows everybody. Who reads every message has a week to do so.
_COMPACTED = {
    "ticketing.user": {"cleanup.policy": "compact", "min.compaction.lag.ms": "604800000"},
}


class Topics:
    def __init__(self, config: KafkaConfig) -> None:
        self._config = config
        self._known: set[str] = set()

    async def ensure(self, names: Collection[str], *, ask: bool = False) -> None:
        """They are there afterwards. Asks the server only for names that are new to us, or when
        told to `ask`. Raises KafkaError and TimeoutError."""
        if not ask and self._known.issuperset(names):
            return
        async with self._administrator() as administrator:
            missing = sorted(set(names) - set(await administrator.list_topics()))
            if missing:
                made = await administrator.create_topics([self._new(name) for name in missing])
                for _, code, *_ in made.topic_errors:
                    error = for_code(code)
                    if code != 0 and error is not TopicAlreadyExistsError:
                        raise error(f"topics {missing} cannot be made")
        self._known |= set(names)

    def forget(self) -> None:
        """Somebody may have removed them."""
        self._known.clear()

    async def partitions(self, names: Collection[str]) -> list[tuple[str, int]]:
        """Those of the topics that are there."""
        async with self._administrator() as administrator:
            there = sorted(set(names) & set(await administrator.list_topics()))
            if not there:
                return []
            return [
                (topic["topic"], partition["partition"])
                for topic in await administrator.describe_topics(there)
                for partition in topic["partitions"]
            ]

    def _new(self, name: str) -> Any:
        dead = name.endswith(".dlq")
        return NewTopic(
            name,
            1 if dead else self._config.partitions,
            self._config.replication_factor,
            topic_configs=_DEAD if dead else _COMPACTED.get(name, {}),
        )

    @asynccontextmanager
    async def _administrator(self) -> AsyncIterator[Any]:
        administrator = AIOKafkaAdminClient(**self._config.client_options())
        try:
            await administrator.start()
            yield administrator
        finally:
            await administrator.close()
