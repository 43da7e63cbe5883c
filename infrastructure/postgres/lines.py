"""Lines of holds and orders, carried to and fro as JSON; orders keep them as rows."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from asyncpg.pgproto.pgproto import UUID

from domain.charges import ChargeKind, UnitCharge
from domain.line import Line
from shared.ids import PoolId, TicketTypeId
from shared.money import Money

COLUMNS = """
    position int, ticket_type_id uuid, quantity int, unit_price bigint, pool_ids uuid[],
    charges jsonb
"""
"""How `jsonb_to_recordset` reads what `line_rows` wrote."""

AS_JSON = """
    jsonb_agg(jsonb_build_object(
        'ticket_type_id', l.ticket_type_id, 'quantity', l.quantity,
        'unit_price', l.unit_price, 'pool_ids', l.pool_ids, 'charges', l.charges)
        ORDER BY l.position)
"""
"""The lines `l` of one order, as `lines` reads them."""


class ChargeRow(TypedDict):
    kind: str
    name: str
    amount: int
    included: bool


class LineRow(TypedDict):
    ticket_type_id: str
    quantity: int
    unit_price: int
    pool_ids: list[str]
    charges: NotRequired[list[ChargeRow] | None]
    """Not there where there are none, as in most lines."""


def lines(rows: Sequence[LineRow], currency: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            ticket_type_id=TicketTypeId(UUID(row["ticket_type_id"])),
            quantity=row["quantity"],
            unit_price=Money(row["unit_price"], currency),
            charges=_charges(row.get("charges"), currency),
            pool_ids=tuple(PoolId(UUID(pool_id)) for pool_id in row["pool_ids"]),
        )
        for row in rows
    )


def _charges(rows: Sequence[ChargeRow] | None, currency: str) -> tuple[UnitCharge, ...]:
    if not rows:
        return ()
    return tuple(
        UnitCharge(
            kind=ChargeKind(row["kind"]),
            name=row["name"],
            amount=Money(row["amount"], currency),
            included=row["included"],
        )
        for row in rows
    )


def charge_rows(line: Line) -> list[ChargeRow] | None:
    """None where there are none."""
    if not line.charges:
        return None
    return [
        {
            "kind": charge.kind.value,
            "name": charge.name,
            "amount": charge.amount.amount,
            "included": charge.included,
        }
        for charge in line.charges
    ]


def line_json(kept: Sequence[Line]) -> list[LineRow]:
    """The lines as `lines` reads them; their order is that of the list."""
    rows: list[LineRow] = []
    for line in kept:
        row: LineRow = {
            "ticket_type_id": str(line.ticket_type_id),
            "quantity": line.quantity,
            "unit_price": line.unit_price.amount,
            "pool_ids": [str(pool_id) for pool_id in line.pool_ids],
        }
        if line.charges:
            row["charges"] = charge_rows(line)
        rows.append(row)
    return rows


def line_rows(kept: Sequence[Line]) -> list[dict[str, object]]:
    return [
        {
            "position": position,
            "ticket_type_id": line.ticket_type_id,
            "quantity": line.quantity,
            "unit_price": line.unit_price.amount,
            "pool_ids": line.pool_ids,
            "charges": charge_rows(line),
        }
        for position, line in enumerate(kept)
    ]
