"""The parts of the statement that writes a group: one for each way to touch a table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from infrastructure.postgres.group import rows
from infrastructure.postgres.group.rows import Row
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.literals import literal_of


@dataclass(frozen=True, slots=True)
class Part:
    """`sql` names its rows `r`; `columns` are what each row has, with their types."""

    sql: str
    columns: Mapping[str, str]
    rows: Callable[[Sequence[Unit]], Iterable[Row]]

    def text(self, first: int) -> str:
        arrays = ", ".join(
            f"${first + nr}::text::{type_}[]" for nr, type_ in enumerate(self.columns.values())
        )
        return self.sql.format(rows=f"unnest({arrays}) WITH ORDINALITY AS r ({self._names}, nr)")

    def arguments(self, rows: Iterable[Row]) -> Iterator[object]:
        """A value for each column."""
        columns = zip(*rows, strict=True)
        for type_, values in zip(self.columns.values(), columns, strict=True):
            yield literal_of(type_, values)

    @property
    def _names(self) -> str:
        return ", ".join(self.columns)


_MOMENT: Final = "timestamptz"
_TEXT: Final = "text"

_PARTS: Final = (
    Part(
        """INSERT INTO holds (id, event_id, organizer_id, live, buyer_id, state, lines, units,
                              total, currency, expires_at, latest_expiry, extended_for_payment,
                              ordered, created_at, ended_at, version)
           SELECT r.id, r.event_id, r.organizer_id, r.live, r.buyer_id, 'ACTIVE', r.lines::jsonb,
                  r.units, r.total, r.currency, r.expires_at, r.latest_expiry, false, false,
                  r.created_at, NULL, 1
           FROM {rows}""",
        {
            "id": "uuid",
            "event_id": "uuid",
            "organizer_id": "uuid",
            "live": "bool",
            "buyer_id": "uuid",
            "lines": "text",
            "units": "int",
            "total": "bigint",
            "currency": "text",
            "expires_at": _MOMENT,
            "latest_expiry": _MOMENT,
            "created_at": _MOMENT,
        },
        rows.new_holds,
    ),
    Part(
        """UPDATE holds SET state = r.state, expires_at = r.expires_at,
                            latest_expiry = greatest(holds.latest_expiry, r.expires_at),
                            extended_for_payment = r.extended, ordered = r.ordered,
                            ended_at = r.ended_at, version = r.version
           FROM {rows} WHERE holds.id = r.id AND holds.version = r.stored
             AND holds.buyer_id = r.buyer_id AND holds.organizer_id = r.organizer_id
             AND holds.live = r.live""",
        {
            "id": "uuid",
            "state": "text",
            "expires_at": _MOMENT,
            "extended": "bool",
            "ordered": "bool",
            "ended_at": _MOMENT,
            "stored": "int",
            "version": "int",
            "buyer_id": "uuid",
            "organizer_id": "uuid",
            "live": "bool",
        },
        rows.holds,
    ),
    Part(
        """INSERT INTO orders (id, event_id, number, organizer_id, live, hold_id, buyer_id,
                               buyer_name, buyer_email, state, total, currency, deadline,
                               created_at, updated_at, version)
           SELECT r.id, r.event_id, r.number, r.organizer_id, r.live, r.hold_id, r.buyer_id,
                  r.buyer_name, r.buyer_email, r.state, r.total, r.currency, r.deadline,
                  r.created_at, r.updated_at, r.version
           FROM {rows}""",
        {
            "id": "uuid",
            "event_id": "uuid",
            "number": "text",
            "organizer_id": "uuid",
            "live": "bool",
            "hold_id": "uuid",
            "buyer_id": "uuid",
            "buyer_name": "text",
            "buyer_email": "text",
            "state": "text",
            "total": "bigint",
            "currency": "text",
            "deadline": _MOMENT,
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "version": "int",
        },
        rows.new_orders,
    ),
    Part(
        """INSERT INTO order_lines (order_id, event_id, position, ticket_type_id, quantity,
                                    unit_price, pool_ids, charges)
           SELECT r.order_id, r.event_id, r.position, r.ticket_type_id, r.quantity, r.unit_price,
                  r.pool_ids::uuid[], r.charges::jsonb
           FROM {rows}""",
        {
            "order_id": "uuid",
            "event_id": "uuid",
            "position": "int",
            "ticket_type_id": "uuid",
            "quantity": "int",
            "unit_price": "bigint",
            "pool_ids": "text",
            "charges": "text",
        },
        rows.order_lines,
    ),
    Part(
        """UPDATE orders SET state = r.state, deadline = r.deadline, updated_at = r.updated_at,
                             version = r.version
           FROM {rows} WHERE orders.id = r.id AND orders.version = r.stored
             AND orders.buyer_id = r.buyer_id AND orders.organizer_id = r.organizer_id
             AND orders.live = r.live""",
        {
            "id": "uuid",
            "state": "text",
            "deadline": _MOMENT,
            "updated_at": _MOMENT,
            "stored": "int",
            "version": "int",
            "buyer_id": "uuid",
            "organizer_id": "uuid",
            "live": "bool",
        },
        rows.orders,
    ),
    Part(
        """INSERT INTO payments (id, order_id, event_id, attempt, provider, method, amount,
                                 currency, state, goal, reference, client_secret, redirect_url,
                                 failure, due_at, looks, created_at, updated_at, version)
           SELECT r.id, r.order_id, r.event_id, r.attempt, r.provider, r.method, r.amount,
                  r.currency, r.state, r.goal, r.reference, r.client_secret, r.redirect_url,
                  r.failure, r.due_at, r.looks, r.created_at, r.updated_at, r.version
           FROM {rows}""",
        {
            "id": "uuid",
            "order_id": "uuid",
            "event_id": "uuid",
            "attempt": "int",
            "provider": "text",
            "method": "text",
            "amount": "bigint",
            "currency": "text",
            "state": "text",
            "goal": "text",
            "reference": "text",
            "client_secret": _TEXT,
            "redirect_url": "text",
            "failure": "text",
            "due_at": _MOMENT,
            "looks": "int",
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "version": "int",
        },
        rows.new_payments,
    ),
    Part(
        """UPDATE payments SET state = r.state, goal = r.goal, reference = r.reference,
                               client_secret = r.client_secret, redirect_url = r.redirect_url,
                               failure = r.failure, due_at = r.due_at, looks = r.looks,
                               updated_at = r.updated_at, version = r.version
           FROM {rows} WHERE payments.id = r.id AND payments.version = r.stored
             AND payments.order_id = r.order_id""",
        {
            "id": "uuid",
            "state": "text",
            "goal": "text",
            "reference": "text",
            "client_secret": _TEXT,
            "redirect_url": "text",
            "failure": "text",
            "due_at": _MOMENT,
            "looks": "int",
            "updated_at": _MOMENT,
            "stored": "int",
            "version": "int",
            "order_id": "uuid",
        },
        rows.payments,
    ),
    Part(
        """INSERT INTO tickets (id, order_id, event_id, ticket_type_id, code, state, issued_at,
                                version)
           SELECT r.id, r.order_id, r.event_id, r.ticket_type_id, r.code, r.state, r.issued_at,
                  r.version
           FROM {rows}""",
        {
            "id": "uuid",
            "order_id": "uuid",
            "event_id": "uuid",
            "ticket_type_id": "uuid",
            "code": "text",
            "state": "text",
            "issued_at": _MOMENT,
            "version": "int",
        },
        rows.tickets,
    ),
    Part(
        """INSERT INTO idempotency_keys (actor, operation, key, fingerprint, answer, final,
                                         created_at)
           SELECT r.actor, r.operation, r.key, r.fingerprint, r.answer::jsonb, r.final,
                  clock_timestamp()
           FROM {rows}""",
        {
            "actor": "text",
            "operation": "text",
            "key": "text",
            "fingerprint": "bytea",
            "answer": "text",
            "final": "bool",
        },
        rows.new_keys,
    ),
    Part(
        """UPDATE idempotency_keys AS i SET answer = r.answer::jsonb, final = r.final
           FROM {rows}
           WHERE i.actor = r.actor AND i.operation = r.operation AND i.key = r.key""",
        {"actor": "text", "operation": "text", "key": "text", "answer": "text", "final": "bool"},
        rows.held_keys,
    ),
    Part(
        """INSERT INTO outbox (id, type, version, aggregate_type, aggregate_id, payload,
                               occurred_at, request_id, actor)
           SELECT r.id, r.type, r.version, r.aggregate_type, r.aggregate_id, r.payload::jsonb,
                  r.occurred_at, r.request_id, r.actor
           FROM {rows} ORDER BY r.nr""",
        {
            "id": "uuid",
            "type": "text",
            "version": "int",
            "aggregate_type": "text",
            "aggregate_id": "uuid",
            "payload": "text",
            "occurred_at": _MOMENT,
            "request_id": "text",
            "actor": "text",
        },
        rows.outbox,
    ),
)

STOCK: Final = Part(
    """UPDATE stock SET held = r.held, sold = r.sold
       FROM {rows} WHERE stock.pool_id = r.pool_id""",
    {"pool_id": "uuid", "held": "int", "sold": "int"},
    rows.stock,
)
ALL: Final = (STOCK, *_PARTS)
OUTBOX: Final = _PARTS[-1]
