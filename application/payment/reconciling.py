"""Two ledgers side by side: what a provider says that moved, and what we booked. Pure.

Both sides are read a good deal wider than the window a report is about, because each has its own
moment for the same thing. Whatever finds no counterpart anywhere in what was read is a difference;
it belongs to the one report in whose window its moment is, so nothing is told twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID, uuid5

from application.ports.money import Booked, Discrepancy
from application.ports.payments import Movement, MovementKind
from domain.ledger.posting import PostingKind
from shared.ids import OrderId, OrganizerId, PaymentId

_KINDS: Final[Mapping[MovementKind, tuple[PostingKind, int]]] = {
    MovementKind.CHARGE: (PostingKind.CHARGE, 1),
    MovementKind.REFUND: (PostingKind.REFUND, -1),
    MovementKind.REFUND_FAILED: (PostingKind.REFUND_FAILED, 1),
    MovementKind.DISPUTE: (PostingKind.DISPUTE, -1),
    MovementKind.DISPUTE_WON: (PostingKind.DISPUTE_WON, 1),
    MovementKind.FEE: (PostingKind.PROVIDER_FEE, -1),
}
"""How a movement is booked, and with which sign."""

_FEES: Final = UUID("6f0d0a3e-52f5-5c0e-9c53-4a3f3f9f7a10")


class Fault(Enum):
    """What can be wrong between two ledgers."""

    MISSING_HERE = "MISSING_HERE"
    """The provider moved money of a payment of ours, and we did not book it."""
    MISSING_THERE = "MISSING_THERE"
    """We booked what the provider knows nothing of."""
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    UNKNOWN_PAYMENT = "UNKNOWN_PAYMENT"
    """The provider moved money of a payment that is none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A report is about [since, until); `near` is how far apart the two moments of one thing whose
    amounts differ may be."""

    since: datetime
    until: datetime
    near: timedelta

    def has(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What has no counterpart of the same amount; at least one side is there."""

    theirs: Movement | None
    ours: Booked | None

    @property
    def moment(self) -> datetime:
        """The provider's, if it has one: that never changes."""
        if self.theirs is not None:
            return self.theirs.occurred_at
        if self.ours is not None:
            return self.ours.occurred_at
        raise RuntimeError("a difference of nothing and nothing")

    @property
    def reference(self) -> str:
        if self.theirs is not None:
            return self.theirs.reference
        return self.ours.reference if self.ours else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a payment is."""

    payment_id: PaymentId
    order_id: OrderId
    organizer_id: OrganizerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`fees` are those of the provider that are not booked yet: they are no difference, for that
    is how we learn of them."""

    compared: int
    differences: tuple[Difference, ...]
    fees: tuple[Movement, ...]


def fee_source(provider: str, movement: Movement) -> UUID:
    """The `source_id` a fee is booked under: the same whenever it is read."""
    return uuid5(_FEES, f"{provider}:{movement.id}")


def compare(
    provider: str, theirs: Sequence[Movement], ours: Sequence[Booked], window: Window
) -> Comparison:
    """What was read of both, matched by payment, kind, currency and amount."""
    booked_fees = {each.source_id for each in ours if each.kind is PostingKind.PROVIDER_FEE}
    fees = [each for each in theirs if each.kind is MovementKind.FEE]
    shown_fees = {fee_source(provider, each) for each in fees}
    found = [
        *_unmatched(theirs, ours, window),
        *(
            Difference(theirs=None, ours=each)
            for each in ours
            if each.kind is PostingKind.PROVIDER_FEE and each.source_id not in shown_fees
        ),
    ]
    return Comparison(
        compared=sum(window.has(each.occurred_at) for each in theirs)
        + sum(window.has(each.occurred_at) for each in ours),
        differences=tuple(
            sorted((each for each in found if window.has(each.moment)), key=lambda e: e.moment)
        ),
        fees=tuple(each for each in fees if fee_source(provider, each) not in booked_fees),
    )


def _unmatched(
    theirs: Iterable[Movement], ours: Iterable[Booked], window: Window
) -> Iterable[Difference]:
    """Everything but fees that has no counterpart of the same amount, by moment; what is left of
    one payment and kind on both sides at about the same time is one difference in amount."""
    there: defaultdict[tuple[str, PostingKind, str], list[Movement]] = defaultdict(list)
    here: defaultdict[tuple[str, PostingKind, str], list[Booked]] = defaultdict(list)
    for movement in sorted(theirs, key=lambda each: (each.occurred_at, each.id)):
        if movement.kind is not MovementKind.FEE:
            kind, _ = _KINDS[movement.kind]
            there[movement.reference, kind, movement.amount.currency].append(movement)
    for booked in sorted(ours, key=lambda each: (each.occurred_at, each.source_id)):
        if booked.kind is not PostingKind.PROVIDER_FEE:
            here[booked.reference, booked.kind, booked.currency].append(booked)
    for key in there.keys() | here.keys():
        movements, bookings = _cancel(there[key], here[key])
        yield from _paired(movements, bookings, window)


def _cancel(
    movements: Iterable[Movement], bookings: Iterable[Booked]
) -> tuple[list[Movement], list[Booked]]:
    """What is left on both sides when equal amounts have cancelled each other out."""
    left = list(bookings)
    unmatched: list[Movement] = []
    for movement in movements:
        amount = signed(movement)
        match = next((each for each in left if each.amount == amount), None)
        if match is None:
            unmatched.append(movement)
        else:
            left.remove(match)
    return unmatched, left


def _paired(
    movements: Sequence[Movement], bookings: Sequence[Booked], window: Window
) -> Iterable[Difference]:
    left = list(bookings)
    for movement in movements:
        partner = next(
            (each for each in left if abs(each.occurred_at - movement.occurred_at) <= window.near),
            None,
        )
        if partner is not None:
            left.remove(partner)
        yield Difference(theirs=movement, ours=partner)
    for booked in left:
        yield Difference(theirs=None, ours=booked)


def signed(movement: Movement) -> int:
    """Minor units: positive came in, negative went out."""
    return _KINDS[movement.kind][1] * movement.amount.amount


def named(difference: Difference, owners: Mapping[str, Owner]) -> Discrepancy:
    """`owners` are those of the provider's references that are ours."""
    theirs, ours = difference.theirs, difference.ours
    owner = owners.get(difference.reference)
    if ours is not None:
        owner = Owner(
            payment_id=ours.payment_id, order_id=ours.order_id, organizer_id=ours.organizer_id
        )
    if theirs is None:
        fault = Fault.MISSING_THERE
    elif ours is not None:
        fault = Fault.AMOUNT_DIFFERS
    else:
        fault = Fault.UNKNOWN_PAYMENT if owner is None else Fault.MISSING_HERE
    currency = theirs.amount.currency if theirs else ours.currency if ours else ""
    return Discrepancy(
        kind=fault.value,
        reference=difference.reference,
        ours=ours.amount if ours else None,
        theirs=signed(theirs) if theirs else None,
        currency=currency,
        payment_id=owner.payment_id if owner else None,
        order_id=owner.order_id if owner else None,
        organizer_id=owner.organizer_id if owner else None,
    )
