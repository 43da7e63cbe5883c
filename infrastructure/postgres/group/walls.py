"""Whether a unit of work writes nothing but what its actor may write.

A group is written as `holdfast_system`, whom no row policy stops. So what the policies would have
to judge stays with them: a unit that is not plainly its actor's own commits alone, in its name.
"""

from application.messages import Actor, ActorKind
from domain.hold.hold import Hold
from domain.order.order import Order
from infrastructure.postgres.group.unit import Unit

_BUYERS = frozenset({ActorKind.USER, ActorKind.GUEST})


def is_plainly_own(unit: Unit) -> bool:
    """The system's, or a buyer's whose every hold and order is their own, in their mode; payments
    and tickets are of orders that are written with them, and stock is moved as these say.

    Whoever something belongs to in the unit owns its row too: `write` compares.
    """
    actor = unit.ctx.actor
    if actor.kind is ActorKind.SYSTEM:
        return not unit.placings and not unit.new_orders  # nobody's own: for the policies to judge
    if actor.kind not in _BUYERS:
        return False
    claim = unit.ctx.claim
    if claim is not None and claim.actor != actor.id:
        return False
    if not all(_is_own(each, actor) for each in unit.written):
        return False
    pools = {pool for each in unit.written for line in each.lines for pool in line.pool_ids}
    if not pools.issuperset(unit.pool_ids):
        return False
    orders = {order.id for order in (*unit.new_orders, *unit.orders)}
    paid = {payment.order_id for payment in (*unit.new_payments, *unit.payments)}
    return paid <= orders and {ticket.order_id for ticket in unit.tickets} <= orders


def _is_own(written: Hold | Order, actor: Actor) -> bool:
    if written.buyer_id != actor.user_id or written.live is not actor.live:
        return False
    return written.live or written.organizer_id == actor.tests_of
