"""The one statement that writes a group: a part for each table that is touched."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from application.fact_codec import FACT_TYPES, payload
from domain.stock import Stock
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.lines import line_json
from infrastructure.postgres.notes import stored_version
from shared.ids import PoolId

_encode = msgspec.json.Encoder().encode

Row: TypeAlias = tuple[object, ...]


_PLAIN: Final = frozenset({"uuid", "int", "bigint", "bool", "timestamptz"})
"""Types whose values, written as JSON, need no escape: an array of them is sent as one text, which
costs this process a third of what the driver takes for an array."""


def _literal(values: Sequence[object]) -> str:
    """As PostgreSQL reads an array."""
    return f"{{{_encode(values).decode()[1:-1]}}}"


@dataclass(frozen=True, slots=True)
class _Part:
    """`sql` names its rows `r`; `columns` are what each row has, with their types."""

    sql: str
    columns: Mapping[str, str]
    rows: Callable[[Sequence[Unit]], Iterable[Row]]

    def text(self, first: int) -> str:
        arrays = ", ".join(
            f"${first + nr}::{'text::' if type_ in _PLAIN else ''}{type_}[]"
            for nr, type_ in enumerate(self.columns.values())
        )
        return self.sql.format(rows=f"unnest({arrays}) WITH ORDINALITY AS r ({self._names}, nr)")

    def arguments(self, rows: Iterable[Row]) -> Iterator[object]:
        """A value for each column."""
        columns = zip(*rows, strict=True)
        for type_, values in zip(self.columns.values(), columns, strict=True):
            yield _literal(values) if type_ in _PLAIN else values

    @property
    def _names(self) -> str:
        return ", ".join(self.columns)


def _stock(units: Sequence[Unit]) -> Iterable[Row]:
    """Known to the decision alone: a unit says by how much, not to what."""
    return ()


def _new_holds(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for placing in unit.placings:
            hold = placing.hold
            yield (
                hold.id,
                hold.event_id,
                hold.organizer_id,
                hold.live,
                hold.buyer_id,
                _json(line_json(hold.lines)),
                hold.units,
                hold.total.amount,
                hold.total.currency,
                hold.expires_at,
                hold.latest_expiry,
                hold.created_at,
            )


def _holds(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for hold in unit.holds:
            yield (
                hold.id,
                hold.state.value,
                hold.expires_at,
                hold.extended_for_payment,
                hold.ordered,
                hold.ended_at,
                stored_version(hold),
                hold.version,
                hold.buyer_id,
                hold.organizer_id,
                hold.live,
            )


def _new_orders(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for order in unit.new_orders:
            yield (
                order.id,
                order.event_id,
                order.number,
                order.organizer_id,
                order.live,
                order.hold_id,
                order.buyer_id,
                order.buyer.name,
                order.buyer.email,
                order.state.value,
                order.total.amount,
                order.total.currency,
                order.deadline,
                order.created_at,
                order.updated_at,
                order.version,
            )


def _order_lines(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for order in unit.new_orders:
            for position, line in enumerate(order.lines):
                yield (
                    order.id,
                    order.event_id,
                    position,
                    line.ticket_type_id,
                    line.quantity,
                    line.unit_price.amount,
                    f"{{{','.join(map(str, line.pool_ids))}}}",  # unnest flattens arrays of arrays
                )


def _orders(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for order in unit.orders:
            yield (
                order.id,
                order.state.value,
                order.deadline,
                order.updated_at,
                stored_version(order),
                order.version,
                order.buyer_id,
                order.organizer_id,
                order.live,
            )


def _new_payments(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        events = {order.id: order.event_id for order in (*unit.new_orders, *unit.orders)}
        for payment in unit.new_payments:
            yield (
                payment.id,
                payment.order_id,
                events[payment.order_id],
                payment.attempt,
                payment.provider,
                payment.method,
                payment.amount.amount,
                payment.amount.currency,
                payment.state.value,
                payment.goal.value,
                payment.reference,
                payment.client_secret,
                payment.redirect_url,
                payment.failure,
                payment.due_at,
                payment.looks,
                payment.created_at,
                payment.updated_at,
                payment.version,
            )


def _payments(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for payment in unit.payments:
            yield (
                payment.id,
                payment.state.value,
                payment.goal.value,
                payment.reference,
                payment.client_secret,
                payment.redirect_url,
                payment.failure,
                payment.due_at,
                payment.looks,
                payment.updated_at,
                stored_version(payment),
                payment.version,
                payment.order_id,
            )


def _tickets(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for ticket in unit.tickets:
            yield (
                ticket.id,
                ticket.order_id,
                ticket.event_id,
                ticket.ticket_type_id,
                ticket.code,
                ticket.state.value,
                ticket.issued_at,
                ticket.version,
            )


def _new_keys(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        claim = unit.ctx.claim
        if claim is not None and not claim.held:
            scope = (claim.actor, claim.operation, claim.key)
            yield *scope, claim.fingerprint, _answer(unit), unit.final


def _held_keys(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        claim = unit.ctx.claim
        if claim is not None and claim.held:
            yield claim.actor, claim.operation, claim.key, _answer(unit), unit.final


def _outbox(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        ctx = unit.ctx
        actor = ctx.actor.id
        for fact in unit.facts:
            kind = FACT_TYPES[type(fact)]
            yield (
                uuid7(),
                kind.name,
                kind.version,
                kind.aggregate,
                fact.aggregate_id,
                _json(payload(fact)),
                fact.occurred_at,
                ctx.request_id,
                actor,
            )


def _answer(unit: Unit) -> str | None:
    return None if unit.answer is None else _json(unit.answer)


def _json(value: object) -> str:
    """As text: the driver takes a list within an array for one more dimension of it."""
    return _encode(value).decode()


_MOMENT: Final = "timestamptz"

_PARTS: Final = (
    _Part(
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
        _new_holds,
    ),
    _Part(
        """UPDATE holds SET state = r.state, expires_at = r.expires_at,
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
        _holds,
    ),
    _Part(
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
        _new_orders,
    ),
    _Part(
        """INSERT INTO order_lines (order_id, event_id, position, ticket_type_id, quantity,
                                    unit_price, pool_ids)
           SELECT r.order_id, r.event_id, r.position, r.ticket_type_id, r.quantity, r.unit_price,
                  r.pool_ids::uuid[]
           FROM {rows}""",
        {
            "order_id": "uuid",
            "event_id": "uuid",
            "position": "int",
            "ticket_type_id": "uuid",
            "quantity": "int",
            "unit_price": "bigint",
            "pool_ids": "text",
        },
        _order_lines,
    ),
    _Part(
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
        _orders,
    ),
    _Part(
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
            "client_secret": "text",
            "redirect_url": "text",
            "failure": "text",
            "due_at": _MOMENT,
            "looks": "int",
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "version": "int",
        },
        _new_payments,
    ),
    _Part(
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
            "client_secret": "text",
            "redirect_url": "text",
            "failure": "text",
            "due_at": _MOMENT,
            "looks": "int",
            "updated_at": _MOMENT,
            "stored": "int",
            "version": "int",
            "order_id": "uuid",
        },
        _payments,
    ),
    _Part(
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
        _tickets,
    ),
    _Part(
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
        _new_keys,
    ),
    _Part(
        """UPDATE idempotency_keys AS i SET answer = r.answer::jsonb, final = r.final
           FROM {rows}
           WHERE i.actor = r.actor AND i.operation = r.operation AND i.key = r.key""",
        {"actor": "text", "operation": "text", "key": "text", "answer": "text", "final": "bool"},
        _held_keys,
    ),
    _Part(
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
        _outbox,
    ),
)

_STOCK: Final = _Part(
    """UPDATE stock SET held = r.held, sold = r.sold
       FROM {rows} WHERE stock.pool_id = r.pool_id""",
    {"pool_id": "uuid", "held": "int", "sold": "int"},
    _stock,
)
_ALL: Final = (_STOCK, *_PARTS)
_OUTBOX: Final = _PARTS[-1]


def statement(
    units: Sequence[Unit], before: Mapping[PoolId, Stock], after: Mapping[PoolId, Stock]
) -> tuple[str, list[object], list[int], UUID | None]:
    """The SQL, its arguments, how many rows each of its parts must write, and the id of a row of
    the outbox, if it writes any: where that is, all of it was committed.

    The statement answers the numbers it wrote, in the same order, as one row.
    """
    moved: list[Row] = [
        (pool_id, stock.held, stock.sold)
        for pool_id, stock in after.items()
        if stock != before[pool_id]
    ]
    used: list[int] = []
    args: list[object] = []
    counts: list[int] = []
    trace: UUID | None = None
    for nr, part in enumerate(_ALL):
        rows = moved if part is _STOCK else list(part.rows(units))
        if rows:
            used.append(nr)
            args.extend(part.arguments(rows))
            counts.append(len(rows))
            if part is _OUTBOX and isinstance(rows[0][0], UUID):
                trace = rows[0][0]
    return _text(tuple(used)), args, counts, trace


@lru_cache(maxsize=256)
def _text(used: tuple[int, ...]) -> str:
    parts, first = [], 1
    for nr in used:
        part = _ALL[nr]
        parts.append(f"p{nr} AS ({part.text(first)} RETURNING 1)")
        first += len(part.columns)
    counts = ", ".join(f"(SELECT count(*) FROM p{nr})" for nr in used)
    return f"WITH {', '.join(parts)} SELECT {counts}"  # nosec B608: constants only
