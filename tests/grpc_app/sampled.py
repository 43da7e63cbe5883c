"""What samples share."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.views.money import MoneyView
from shared.ids import EventId, HoldId, OrderId, OrganizerId, TicketTypeId

AT = datetime(2030, 6, 1, 20, 30, 15, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=2)


def uuid(number: int) -> UUID:
    return UUID(int=0x01890000_0000_7000_8000_000000000000 + number)


EVENT_ID, ORGANIZER_ID, HOLD_ID = EventId(uuid(1)), OrganizerId(uuid(2)), HoldId(uuid(3))
ORDER_ID, TYPE_ID = OrderId(uuid(4)), TicketTypeId(uuid(5))
PRICE = MoneyView(amount=1250, currency="EUR")
