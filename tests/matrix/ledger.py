"""What is in the database, so that it can be said that nothing changed."""

import time
from collections.abc import Iterable, Mapping

from tests.features.clock import Database

_TABLES = """
    SELECT relnamespace::regnamespace || '.' || quote_ident(relname) AS name FROM pg_class
    WHERE relnamespace IN ('public'::regnamespace, 'simulator'::regnamespace)
      AND relkind IN ('r', 'p') AND NOT relispartition
    ORDER BY 1
"""

# Guesses are counted whoever makes them, and of a key is noted when it was used last. While a
# payment is open the background asks the provider about it, later and later: it counts its looks
# and says when the next one is due, whatever is called meanwhile. What has become of the payment,
# its money and its order is compared as everything is.
_COUNTED_ANYWAY = frozenset({"public.login_attempts"})
_ROW = {
    "public.api_keys": "(to_jsonb(r) - 'last_used_at')::text",
    "public.payments": "(to_jsonb(r) - '{due_at,looks,updated_at,version}'::text[])::text",
}

_WAITING = """
    SELECT array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT FROM outbox WHERE log_position IS NULL) THEN 'facts' END,
        CASE WHEN EXISTS (
            SELECT FROM log_cursors WHERE log_position < (SELECT max(log_position) FROM outbox)
        ) THEN 'readers' END,
        CASE WHEN EXISTS (SELECT FROM mails) THEN 'mails' END,
        CASE WHEN EXISTS (SELECT FROM provider_events WHERE processed_at IS NULL)
            THEN 'provider_events' END,
        CASE WHEN EXISTS (SELECT FROM refunds WHERE due_at IS NOT NULL) THEN 'refunds' END,
        CASE WHEN EXISTS (SELECT FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL)
            THEN 'webhook_deliveries' END
    ], NULL) AS waiting
"""
"""What the background does a moment after something happened. Readers of the log note how far they
are."""

_NEWEST = "SELECT r::text AS row FROM {name} r ORDER BY xmin::text::bigint DESC LIMIT 3"

IDEMPOTENCY_KEYS = "public.idempotency_keys"
"""Refusals that a caller is promised again are kept there, under its own key."""

_QUIET_SECONDS, _PATIENCE = 0.3, 60.0


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database
        names = [str(row["name"]) for row in database.fetch(_TABLES)]
        self.tables = [name for name in names if name not in _COUNTED_ANYWAY]
        self._sums = " UNION ALL ".join(
            f"SELECT '{name}' AS name, (SELECT md5(coalesce(string_agg(row, E'\\n' ORDER BY row),"
            f" '')) FROM (SELECT {_ROW.get(name, 'r::text')} AS row FROM {name} r) t) AS sum"
            for name in self.tables
        )

    def sums(self) -> Mapping[str, str]:
        """Of every table one digest of its rows."""
        return {row["name"]: row["sum"] for row in self._database.fetch(self._sums)}

    def settle(self) -> Mapping[str, str]:
        """The digests, as soon as the background has nothing left to do."""
        deadline, before = time.monotonic() + _PATIENCE, self.sums()
        while True:
            time.sleep(_QUIET_SECONDS)
            after, waiting = self.sums(), self._database.fetch(_WAITING)[0]["waiting"]
            if after == before and not waiting:
                return after
            moved = sorted(name for name in after if after[name] != before[name])
            assert time.monotonic() < deadline, f"never at rest: waiting {waiting}, moved {moved}"
            before = after

    def newest(self, names: Iterable[str]) -> list[str]:
        """The rows of these tables that were written last, for people who look for a reason."""
        return [
            f"{name}: {row['row']}"
            for name in sorted(names)
            for row in self._database.fetch(_NEWEST.format(name=name))
        ]
