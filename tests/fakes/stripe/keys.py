"""Idempotency keys: the first answer is everybody's, and one call at a time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.stripe.errors import ApiError

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Kept:
    content: object
    answer: Answer


class Keys:
    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._running: set[str] = set()

    async def once(
        self, key: str | None, content: object, work: Callable[[], Awaitable[Answer]]
    ) -> tuple[Answer, bool]:
        """The answer, and whether it is an old one."""
        if key is None:
            return await _settled(work), False
        if key in self._running:
            raise ApiError(409, "idempotency_key_in_use", type="idempotency_error", kept=False)
        known = self._kept.get(key)
        if known is not None:
            if known.content != content:
                raise ApiError(400, type="idempotency_error", kept=False)
            return known.answer, True
        self._running.add(key)
        try:
            answer = await _settled(work)
            self._kept[key] = _Kept(content, answer)
            return answer, False
        finally:
            self._running.discard(key)

    @property
    def busy(self) -> bool:
        """Whether a call with a key is under way."""
        return bool(self._running)

    def forget(self) -> None:
        """A day has passed."""
        self._kept.clear()


async def _settled(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """An error that is kept is an answer like any other."""
    try:
        return await work()
    except ApiError as error:
        if not error.kept:
            raise
        return error.status, error.body
