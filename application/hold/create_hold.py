"""CreateHold: take stock for a buyer, all lines or none."""

from dataclasses import dataclass
from typing import ClassVar

from application.event.access import visible_event
from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin
from application.views.hold import HoldView
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import Hold, HoldTerms
from domain.line import Line
from shared.ids import EventId, HoldId, TicketTypeId


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    ticket_type_id: TicketTypeId
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateHold(Command[HoldView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.REQUIRED

    event_id: EventId
    lines: tuple[WantedLine, ...]


@dataclass(frozen=True, slots=True)
class CreateHoldHandler:
    """Raises FieldInvalid, EventNotFound, EventNotOnSale, TicketTypeNotFound, LimitReached,
    SoldOut; the last three name each line."""

    begin: Begin
    ids: Ids
    terms: HoldTerms
    hoarding: HoardingLimits
    hoarding_unverified: HoardingLimits

    async def __call__(self, command: CreateHold, ctx: Context) -> HoldView:
        wanted = [(line.ticket_type_id, line.quantity) for line in command.lines]
        Hold.check_lines(wanted)
        async with self.begin(ctx) as work:
            event = await visible_event(work, command.event_id, ctx)
            event.require_on_sale()
            types = event.pick(wanted)
            now = await work.now()
            hold = Hold.place(
                id=HoldId(self.ids.uuid()),
                event_id=event.id,
                organizer_id=event.organizer_id,
                live=event.live,
                buyer_id=ctx.user_id,
                lines=tuple(
                    Line(
                        ticket_type_id=ticket_type.id,
                        quantity=quantity,
                        unit_price=ticket_type.price,
                        charges=event.charges(ticket_type),
                        pool_ids=ticket_type.pool_ids,
                    )
                    for ticket_type, (_, quantity) in zip(types, wanted, strict=True)
                ),
                currency=event.currency,
                terms=self.terms,
                at=now,
            )
            work.holds.place(
                hold, max_per_buyer=event.details.max_per_buyer, hoarding=self._hoarding(ctx)
            )
            return await work.commit(HoldView.of(hold, at=now))

    def _hoarding(self, ctx: Context) -> HoardingLimits:
        """Whose address nobody has verified is easily somebody else in a moment: a guest, or an
        account that was just opened. They keep less from others."""
        return self.hoarding if ctx.actor.email_verified else self.hoarding_unverified
