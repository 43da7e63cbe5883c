"""Fields that name things, in more than one operation."""

import uuid

from tests.matrix import guards, model
from tests.matrix.entry import Id
from tests.matrix.model import Thing

ORGANIZER = Id(
    field="organizer_id",
    guard=guards.acting,
    things=(model.ORGANIZER, model.OTHER_ORGANIZER),
)
MEMBER = Id(
    field="user_id",
    guard=guards.part("MEMBER_NOT_FOUND"),
    things=(model.MEMBER, model.OTHER_MEMBER),
)
ADDRESS = Id(
    field="email",
    guard=guards.anything,
    things=(Thing(name="address"),),
    unknown=lambda: f"{uuid.uuid4().hex}@example.org",
)
USER = Id(field="user_id", guard=guards.existing("USER_NOT_FOUND"), things=(model.ACCOUNT,))
EVENT = Id(field="event_id", guard=guards.visible_event, things=model.EVENTS)
OWN_EVENT = Id(field="event_id", guard=guards.own_event, things=model.EVENTS)
HOLD = Id(field="hold_id", guard=guards.bought("HOLD_NOT_FOUND"), things=model.HOLDS)


def order(guard: guards.Guard, things: tuple[Thing, ...]) -> Id:
    return Id(field="order_id", guard=guard, things=things)
