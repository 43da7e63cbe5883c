"""The rows of a group, table by table. The order of their columns is that in `parts`."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from uuid_utils.compat import uuid7

from application.fact_codec import FACT_TYPES, payload
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.lines import charge_rows, line_json
from infrastructure.postgres.literals import as_json
from infrastructure.postgres.notes import stored_version
from infrastructure.postgres.orders import new_order
from infrastructure.postgres.payment_rows import changed_payment, new_payment

Row: TypeAlias = tuple[object, ...]


def stock(units: Sequence[Unit]) -> Iterable[Row]:
    """Known to the decision alone: a unit says by how much, not to what."""
    return ()


def new_holds(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for placing in unit.placings:
            hold = placing.hold
            yield (
                hold.id,
                hold.event_id,
                hold.organizer_id,
                hold.live,
                hold.buyer_id,
                as_json(line_json(hold.lines)),
                hold.units,
                hold.total.amount,
                hold.total.currency,
                hold.expires_at,
                hold.latest_expiry,
                hold.created_at,
            )


def holds(units: Sequence[Unit]) -> Iterable[Row]:
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


def new_orders(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for order in unit.new_orders:
            yield new_order(order)


def order_lines(units: Sequence[Unit]) -> Iterable[Row]:
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
                    as_json(charge_rows(line)) if line.charges else None,
                )


def orders(units: Sequence[Unit]) -> Iterable[Row]:
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


def new_payments(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        events = {order.id: order.event_id for order in (*unit.new_orders, *unit.orders)}
        for payment in unit.new_payments:
            yield (
                payment.id,
                payment.order_id,
                events[payment.order_id],
                *new_payment(payment),
            )


def payments(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        for payment in unit.payments:
            yield (
                payment.id,
                *changed_payment(payment),
                stored_version(payment),
                payment.version,
                payment.order_id,
            )


def tickets(units: Sequence[Unit]) -> Iterable[Row]:
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


def new_keys(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        claim = unit.ctx.claim
        if claim is not None and not claim.held:
            scope = (claim.actor, claim.operation, claim.key)
            yield *scope, claim.fingerprint, _answer(unit), unit.final


def held_keys(units: Sequence[Unit]) -> Iterable[Row]:
    for unit in units:
        claim = unit.ctx.claim
        if claim is not None and claim.held:
            yield claim.actor, claim.operation, claim.key, _answer(unit), unit.final


def outbox(units: Sequence[Unit]) -> Iterable[Row]:
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
                as_json(payload(fact)),
                fact.occurred_at,
                ctx.request_id,
                actor,
            )


def _answer(unit: Unit) -> str | None:
    return None if unit.answer is None else as_json(unit.answer)
