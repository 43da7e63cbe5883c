"""What may happen to an intent. Pure: a transition answers the intent afterwards, the movements of
money it means and the event it is announced with; None means that it changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from infrastructure.simulated.intent import METHODS, Intent, State
from infrastructure.simulated.ledger import Kind

Movement = tuple[Kind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    intent: Intent
    movements: tuple[Movement, ...] = ()
    event: str


def start(intent: Intent, *, token: str, late: timedelta) -> Change:
    """The new intent, as its method has it. `token` is used where a human is to decide."""
    method = METHODS[intent.method]
    if method.first is State.REQUIRES_ACTION:
        intent = replace(intent, token=token)
    if method.first is State.PROCESSING:
        intent = replace(intent, ripens_at=intent.created_at + late)
    return _move(intent, method.first, intent.created_at, failure=method.failure)


def ripen(intent: Intent, *, at: datetime) -> Change | None:
    """A processing intent moves on when its time has come."""
    late = METHODS[intent.method].late
    if intent.state is not State.PROCESSING or late is None:
        return None
    if intent.ripens_at is None or at < intent.ripens_at:
        return None
    return _move(intent, late, at)


def decide(intent: Intent, *, approve: bool, at: datetime) -> Change | None:
    """A human approves or declines what requires action."""
    if intent.state is not State.REQUIRES_ACTION:
        return None
    if approve:
        return _move(intent, State.AUTHORIZED, at)
    return _move(intent, State.FAILED, at, failure="declined_by_payer")


def capture(
    intent: Intent, *, amount: int, failure: str | None = None, at: datetime
) -> Change | None:
    """Takes promised money, once; what is not taken of it is released. `failure`: it cannot be."""
    if intent.state is not State.AUTHORIZED:
        return None
    failure = failure or METHODS[intent.method].capture_failure
    if failure is not None:
        return _move(intent, State.FAILED, at, failure=failure)
    return _move(intent, State.CAPTURED, at, captured=amount)


def cancel(intent: Intent, *, at: datetime) -> Change | None:
    """Only while nothing is taken and nothing is under way, as with bank debits."""
    if intent.state not in (State.REQUIRES_ACTION, State.AUTHORIZED):
        return None
    return _move(intent, State.CANCELLED, at)


def refund(intent: Intent, *, amount: int, at: datetime) -> Change | None:
    """Gives back at most what was taken and not given back before."""
    if amount > intent.captured - intent.refunded:
        return None
    refunded = replace(intent, refunded=intent.refunded + amount, updated_at=at)
    return Change(intent=refunded, movements=((Kind.REFUNDED, amount),), event="payment.refunded")


def _move(
    intent: Intent,
    state: State,
    at: datetime,
    *,
    failure: str | None = None,
    captured: int | None = None,
) -> Change:
    promised = intent.amount if intent.state is State.AUTHORIZED else 0
    movements: list[Movement] = []
    taken = 0
    if state in (State.AUTHORIZED, State.CAPTURED) and not promised:
        movements.append((Kind.AUTHORIZED, intent.amount))
        promised = intent.amount
    if state is State.CAPTURED:
        taken = intent.amount if captured is None else captured
        movements.append((Kind.CAPTURED, taken))
    if state is not State.AUTHORIZED and promised > taken:
        movements.append((Kind.RELEASED, promised - taken))
    moved = replace(intent, state=state, failure=failure, captured=taken, updated_at=at)
    if state is not State.PROCESSING:
        moved = replace(moved, ripens_at=None)
    return Change(intent=moved, movements=tuple(movements), event=f"payment.{state.value}")
