"""The books compared: the database, the provider's ledger, and what clients were told."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from demo.shop import Offer
from demo.tally import Tally
from infrastructure.postgres.audit import audit

# What is not at its end. With $2 true what still has time left counts, too.
_MOVING = """
SELECT (SELECT count(*) FROM orders WHERE event_id = $1
           AND (state = 'COMMITTING'
                OR state = 'PENDING_PAYMENT' AND ($2 OR deadline <= clock_timestamp())))
     + (SELECT count(*) FROM holds WHERE event_id = $1 AND state = 'ACTIVE'
           AND ($2 OR expires_at <= clock_timestamp()))
     + (SELECT count(*) FROM payments WHERE event_id = $1
           AND (due_at IS NOT NULL OR state NOT IN ('CAPTURED', 'CANCELLED', 'FAILED')))
     + (SELECT count(*) FROM refunds WHERE event_id = $1 AND state NOT IN ('SUCCEEDED', 'FAILED'))
"""

_FIGURES = """
SELECT (SELECT sum(capacity) FROM stock WHERE event_id = $1) AS capacity,
       (SELECT sum(sold) FROM stock WHERE event_id = $1) AS sold,
       (SELECT sum(held) FROM stock WHERE event_id = $1) AS held,
       (SELECT count(*) FROM tickets WHERE event_id = $1 AND state <> 'VOID') AS tickets,
       (SELECT count(*) FROM holds WHERE event_id = $1) AS holds,
       (SELECT count(*) FROM holds WHERE event_id = $1
           AND (state = 'EXPIRED' OR state = 'ACTIVE' AND expires_at <= clock_timestamp()))
           AS expired,
       (SELECT count(*) FROM orders WHERE event_id = $1) AS orders,
       (SELECT coalesce(sum(total), 0) FROM orders WHERE event_id = $1 AND state = 'CONFIRMED')
           AS owed,
       (SELECT coalesce(sum(amount), 0) FROM payments WHERE event_id = $1 AND state = 'CAPTURED')
         - (SELECT coalesce(sum(amount), 0) FROM refunds WHERE event_id = $1
               AND state = 'SUCCEEDED') AS kept
"""

# The provider's own books of the same payments: kept, and still reserved.
_LEDGER = """
SELECT coalesce(sum(CASE kind WHEN 'captured' THEN entry.amount
                              WHEN 'refunded' THEN -entry.amount ELSE 0 END), 0) AS kept,
       coalesce(sum(CASE kind WHEN 'authorized' THEN entry.amount
                              WHEN 'refunded' THEN 0 ELSE -entry.amount END), 0) AS reserved
  FROM simulator.ledger AS entry JOIN orders ON orders.event_id = $1
  JOIN simulator.intents ON intents.reference = entry.reference AND intents.order_id = orders.id
"""

# Payments whose two sides differ, to the cent.
_DIFFERING = """
SELECT payments.id
  FROM payments LEFT JOIN simulator.ledger AS entry ON entry.payment_id = payments.id
 WHERE payments.event_id = $1
 GROUP BY payments.id
HAVING coalesce(sum(entry.amount) FILTER (WHERE kind = 'captured'), 0)
         <> CASE payments.state WHEN 'CAPTURED' THEN payments.amount ELSE 0 END
    OR coalesce(sum(entry.amount) FILTER (WHERE kind = 'refunded'), 0)
         <> (SELECT coalesce(sum(refunds.amount), 0) FROM refunds
              WHERE refunds.payment_id = payments.id AND refunds.state = 'SUCCEEDED')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Units and cents of one event. `problems` is everything that is wrong, in words."""

    capacity: int
    sold: int
    held: int
    tickets: int
    holds: int
    expired: int
    orders: int
    problems: tuple[str, ...]

    @property
    def oversold(self) -> int:
        return max(0, self.tickets - self.capacity, self.sold + self.held - self.capacity)


async def settle(
    connection: asyncpg.Connection, offer: Offer, *, patience: float, everything: bool
) -> bool:
    """Waits until nothing of the sale moves any more (`everything`: not even what has time left);
    False when it still does after `patience` seconds."""
    deadline = time.monotonic() + patience
    while await connection.fetchval(_MOVING, UUID(offer.event_id), everything):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True


async def compare(
    connection: asyncpg.Connection,
    offer: Offer,
    tally: Tally,
    *,
    complete: bool,
    quiet: bool = True,
) -> Books:
    """All of it in one snapshot. `complete`: every request was answered, so that what no client
    knows of is one too many. Not `quiet`: money may still be on its way."""
    event_id = UUID(offer.event_id)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await connection.fetchrow(_FIGURES, event_id)
        ledger = await connection.fetchrow(_LEDGER, event_id)
        differing = await connection.fetch(_DIFFERING, event_id)
        problems = [str(problem) for problem in await audit(connection)]
        problems += await _acknowledged(connection, event_id, tally)
    if found is None or ledger is None:
        raise RuntimeError("the figures are missing")
    if quiet:
        problems += _money(found, ledger, differing)
    problems += [f"one request, two answers: {said}" for said in tally.contradictions]
    if complete and found["holds"] != len(tally.holds):
        problems.append(f"{found['holds']} holds, clients know of {len(tally.holds)}")
    if complete and found["orders"] != len(tally.orders):
        problems.append(f"{found['orders']} orders, clients know of {len(tally.orders)}")
    return Books(
        capacity=found["capacity"],
        sold=found["sold"],
        held=found["held"],
        tickets=found["tickets"],
        holds=found["holds"],
        expired=found["expired"],
        orders=found["orders"],
        problems=tuple(problems),
    )


def _money(
    found: asyncpg.Record, ledger: asyncpg.Record, differing: Sequence[asyncpg.Record]
) -> Iterator[str]:
    if found["owed"] != found["kept"]:
        yield f"confirmed orders are worth {found['owed']}, {found['kept']} was kept"
    if ledger["kept"] != found["kept"] or ledger["reserved"] != 0:
        yield f"the provider says {dict(ledger)}, we say {found['kept']} kept"
    for row in differing:
        yield f"payment {row['id']} differs from the provider's books"


async def _acknowledged(connection: asyncpg.Connection, event_id: UUID, tally: Tally) -> list[str]:
    """What clients were told and is not so."""
    problems: list[str] = []

    async def missing(what: str, table: str, wanted: set[str], condition: str = "true") -> None:
        rows = await connection.fetch(
            # Only names from this file.
            f"SELECT id FROM {table} WHERE event_id = $1 AND id = ANY($2) AND {condition}",  # nosec
            event_id,
            [UUID(each) for each in wanted],
        )
        lost = wanted - {str(row["id"]) for row in rows}
        problems.extend(f"{what} {each} was acknowledged and is not there" for each in lost)

    await missing("hold", "holds", tally.holds)
    await missing("order", "orders", tally.orders)
    await missing("payment", "payments", tally.payments)
    await missing("cancelled order", "orders", tally.cancelled, "state = 'CANCELLED'")
    await missing("confirmed order", "orders", set(tally.confirmed), "state = 'CONFIRMED'")
    rows = await connection.fetch("SELECT id, code FROM tickets WHERE event_id = $1", event_id)
    codes = {str(row["id"]): row["code"] for row in rows}
    problems.extend(
        f"ticket {ticket_id} was handed out and is not there, or has another code"
        for ticket_id, code in tally.tickets.items()
        if codes.get(ticket_id) != code
    )
    rows = await connection.fetch(
        "SELECT key FROM idempotency_keys WHERE operation = 'CreateHold' AND key = ANY($1)",
        list(tally.refused_holds),
    )
    problems.extend(f"the refused hold of key {row['key']} had an effect" for row in rows)
    return problems
