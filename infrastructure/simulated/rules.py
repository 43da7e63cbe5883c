"""What may happen to an intent. Pure: a transition answers the intent afterwards, the movements of
money it means and the event it is announced with; None means that it changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from infrastructure.simulated.intent import (
    ALL_METHODS,
    Course,
    Dispute,
    DisputeState,
    Intent,
    Refund,
    RefundState,
    State,
)
from infrastructure.simulated.ledger import Kind

Movement = tuple[Kind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    intent: Intent
    movements: tuple[Movement, ...] = ()
    event: str


def start(intent: Intent, *, token: str, late: timedelta) -> Change:
    """The new intent, as its method has it. `token` is used where a human is to decide."""
    method = ALL_METHODS[intent.method]
    if method.first is State.REQUIRES_ACTION:
        intent = replace(intent, token=token)
    if method.first is State.PROCESSING:
        intent = replace(intent, ripens_at=intent.created_at + late)
    return _move(intent, method.first, intent.created_at, failure=method.failure)


def ripen(intent: Intent, *, at: datetime) -> Change | None:
    """The next thing that happens by itself, if its time has come: a processing intent moves on, a
    refund comes to its end, the payer complains."""
    if intent.ripens_at is None or at < intent.ripens_at:
        return None
    late = ALL_METHODS[intent.method].late
    if intent.state is State.PROCESSING:
        return None if late is None else _move(intent, late, at)
    for refund in intent.refunds:
        if refund.ripens_at is not None and refund.ripens_at <= at:
            return _refund_ends(intent, refund, at)
    for dispute in intent.disputes:
        if dispute.ripens_at is not None and dispute.ripens_at <= at:
            return _withdraw(intent, dispute, at)
    return None


def decide(intent: Intent, *, approve: bool, at: datetime) -> Change | None:
    """A human approves or declines what requires action."""
    if intent.state is not State.REQUIRES_ACTION:
        return None
    if approve:
        return _move(intent, State.AUTHORIZED, at)
    return _move(intent, State.FAILED, at, failure="declined_by_payer")


def capture(
    intent: Intent, *, amount: int, failure: str | None = None, late: timedelta, at: datetime
) -> Change | None:
    """Takes promised money, once; what is not taken of it is released. `failure`: it cannot be.
    `late` is how long a payer takes to complain who is going to."""
    if intent.state is not State.AUTHORIZED:
        return None
    failure = failure or ALL_METHODS[intent.method].capture_failure
    if failure is not None:
        return _move(intent, State.FAILED, at, failure=failure)
    taken = _move(intent, State.CAPTURED, at, captured=amount)
    if not ALL_METHODS[intent.method].disputed:
        return taken
    coming = replace(_complaint(f"dp_{intent.reference}", amount), ripens_at=at + late)
    return replace(
        taken, intent=replace(taken.intent, disputes=(coming,), ripens_at=coming.ripens_at)
    )


def cancel(intent: Intent, *, at: datetime) -> Change | None:
    """Only while nothing is taken and nothing is under way, as with bank debits."""
    if intent.state not in (State.REQUIRES_ACTION, State.AUTHORIZED):
        return None
    return _move(intent, State.CANCELLED, at)


def refund(
    intent: Intent,
    *,
    refund_id: UUID,
    reference: str,
    amount: int,
    failure: str | None,
    late: timedelta,
    at: datetime,
) -> Change:
    """Gives back at most what was taken and is not gone otherwise. What fails at once is kept,
    too, and moves nothing."""
    if failure is None and amount > intent.captured - intent.refunded - intent.disputed:
        failure = "amount_exceeds_captured"
    new = Refund(
        reference=reference,
        refund_id=refund_id,
        amount=amount,
        state=RefundState.SUCCEEDED,
        failure=failure,
    )
    if failure is not None:
        new = replace(new, state=RefundState.FAILED)
        return _changed(intent, at, "refund.failed", refunds=(*intent.refunds, new))
    course = ALL_METHODS[intent.method].refunds
    if course is not Course.AT_ONCE:
        new = replace(new, ripens_at=at + late)
    movements: tuple[Movement, ...] = ((Kind.REFUNDED, amount),)
    if course in (Course.PENDING, Course.FAILS):
        new, movements = replace(new, state=RefundState.PENDING), ()
    return _changed(
        intent,
        at,
        f"refund.{new.state.value}",
        movements,
        refunds=(*intent.refunds, new),
        refunded=intent.refunded + amount,
    )


def _refund_ends(intent: Intent, refund: Refund, at: datetime) -> Change:
    fails = ALL_METHODS[intent.method].refunds is not Course.PENDING
    state = RefundState.FAILED if fails else RefundState.SUCCEEDED
    after = replace(
        refund, state=state, failure="account_closed" if fails else None, ripens_at=None
    )
    movements: tuple[Movement, ...] = ()
    if not fails:
        movements = ((Kind.REFUNDED, refund.amount),)
    elif refund.state is RefundState.SUCCEEDED:
        movements = ((Kind.RETURNED, refund.amount),)
    return _changed(
        intent,
        at,
        f"refund.{state.value}",
        movements,
        refunds=tuple(after if each == refund else each for each in intent.refunds),
        refunded=intent.refunded - refund.amount * fails,
    )


def dispute(intent: Intent, *, reference: str, at: datetime) -> Change | None:
    """The payer claims back whatever of the payment has not gone back."""
    left = intent.captured - intent.refunded - intent.disputed
    if not left:
        return None
    return _withdraw(intent, _complaint(reference, left), at)


def end_dispute(intent: Intent, *, won: bool, at: datetime) -> Change | None:
    """The payer's bank decides about the open dispute."""
    before = next((each for each in intent.disputes if each.state is DisputeState.OPEN), None)
    if before is None:
        return None
    state = DisputeState.WON if won else DisputeState.LOST
    after = replace(before, state=state)
    return _changed(
        intent,
        at,
        f"dispute.{state.value}",
        ((Kind.DISPUTE_WON, before.amount),) if won else (),
        disputes=tuple(after if each == before else each for each in intent.disputes),
        disputed=intent.disputed - before.amount * won,
    )


def _complaint(reference: str, amount: int) -> Dispute:
    return Dispute(
        reference=reference, amount=amount, reason="fraudulent", state=DisputeState.COMING
    )


def _withdraw(intent: Intent, coming: Dispute, at: datetime) -> Change:
    """A dispute opens over whatever is left; over nothing there is none."""
    others = tuple(each for each in intent.disputes if each != coming)
    left = min(coming.amount, intent.captured - intent.refunded - intent.disputed)
    if not left:
        return _changed(intent, at, "dispute.dropped", disputes=others)
    opened = replace(coming, amount=left, state=DisputeState.OPEN, ripens_at=None)
    return _changed(
        intent,
        at,
        "dispute.open",
        ((Kind.DISPUTED, left),),
        disputes=(*others, opened),
        disputed=intent.disputed + left,
    )


def _changed(
    intent: Intent,
    at: datetime,
    event: str,
    movements: tuple[Movement, ...] = (),
    *,
    refunds: tuple[Refund, ...] | None = None,
    disputes: tuple[Dispute, ...] | None = None,
    refunded: int | None = None,
    disputed: int | None = None,
) -> Change:
    """What happened to taken money; the intent is looked at again when the next thing is due."""
    after = replace(
        intent,
        refunds=intent.refunds if refunds is None else refunds,
        disputes=intent.disputes if disputes is None else disputes,
        refunded=intent.refunded if refunded is None else refunded,
        disputed=intent.disputed if disputed is None else disputed,
        updated_at=at,
    )
    due = [each.ripens_at for each in after.refunds if each.ripens_at]
    due += [each.ripens_at for each in after.disputes if each.ripens_at]
    return Change(
        intent=replace(after, ripens_at=min(due, default=None)), movements=movements, event=event
    )


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
