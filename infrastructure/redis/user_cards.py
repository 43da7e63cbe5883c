"""Cards in Redis: a hash for each user, `<prefix><user id>`, for other programs to read.

Its fields are those of a card: name, email_verified, active and superuser (0 or 1), revision.
"""

from collections.abc import Collection, Mapping
from typing import Final

from redis.asyncio import Redis

from application.ports.user_cards import KEPT, UserCard, UserCards
from infrastructure.redis.server import Away, RedisServer
from shared.ids import UserId

# KEYS: cards. ARGV: for how many milliseconds they are kept, and of each revision, name and flags.
_PUT: Final = """
for i, key in ipairs(KEYS) do
    local at = 5 * i - 3
    local before = tonumber(redis.call('HGET', key, 'revision') or 0)
    if before <= tonumber(ARGV[at]) then
        redis.call('HSET', key, 'revision', ARGV[at], 'name', ARGV[at + 1],
                   'email_verified', ARGV[at + 2], 'active', ARGV[at + 3],
                   'superuser', ARGV[at + 4])
        redis.call('PEXPIRE', key, ARGV[1])
    end
end
return false
"""
_FIELDS: Final = ("revision", "name", "email_verified", "active", "superuser")
_AT_ONCE: Final = 500


class RedisUserCards(UserCards):
    """While the server is away there are none."""

    def __init__(self, server: RedisServer, *, prefix: str) -> None:
        self._server = server
        self._prefix = prefix
        self._put = server.script(_PUT)

    async def get(self, user_ids: Collection[UserId]) -> Mapping[UserId, UserCard]:
        wanted = list(dict.fromkeys(user_ids))

        async def read(redis: Redis) -> list[list[bytes | None]]:
            async with redis.pipeline(transaction=False) as pipeline:
                for each in wanted:
                    pipeline.execute_command("HMGET", self._key(each), *_FIELDS)
                found: list[list[bytes | None]] = await pipeline.execute()
                return found

        try:
            found = await self._server.ask(read) if wanted else []
        except Away:
            return {}
        cards = (_card(user_id, fields) for user_id, fields in zip(wanted, found, strict=True))
        return {card.user_id: card for card in cards if card is not None}

    async def put(self, cards: Collection[UserCard]) -> None:
        ordered = list(cards)
        for first in range(0, len(ordered), _AT_ONCE):
            some = ordered[first : first + _AT_ONCE]
            keys = [self._key(card.user_id) for card in some]
            args: list[str | int] = [int(KEPT.total_seconds() * 1000)]
            for card in some:
                args += [card.revision, card.name]
                args += [int(card.email_verified), int(card.active), int(card.superuser)]
            try:
                await self._put(keys, args)
            except Away:
                return

    async def forget(self, user_ids: Collection[UserId]) -> None:
        keys = [self._key(each) for each in user_ids]
        if not keys:
            return
        try:
            await self._server.ask(lambda redis: redis.unlink(*keys))
        except Away:
            return

    def _key(self, user_id: UserId) -> str:
        return f"{self._prefix}{user_id}"


def _card(user_id: UserId, fields: list[bytes | None]) -> UserCard | None:
    """None for what is not there, or was not written by us."""
    revision, name, *flags = fields
    if revision is None or name is None or not set(flags) <= {b"0", b"1"}:
        return None
    try:
        verified, active, superuser = (flag == b"1" for flag in flags)
        return UserCard(
            user_id=user_id,
            name=name.decode(),
            email_verified=verified,
            active=active,
            superuser=superuser,
            revision=int(revision),
        )
    except ValueError:
        return None
