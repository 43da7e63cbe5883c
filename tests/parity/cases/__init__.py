"""The calls that are compared."""

from collections.abc import Iterator
from itertools import chain

from tests.parity.cases.accounts import accounts, callers, organizers
from tests.parity.cases.api_keys import api_keys, roles, servers
from tests.parity.cases.case import Case
from tests.parity.cases.ends_of_holds import ends_of_holds
from tests.parity.cases.events import events
from tests.parity.cases.guests import buying_as_a_guest, guests
from tests.parity.cases.holds import holds
from tests.parity.cases.keys import keys
from tests.parity.cases.live import log, streams
from tests.parity.cases.members import invitations, members, strangers
from tests.parity.cases.money import attention, books, confirmations
from tests.parity.cases.new_events import new_events
from tests.parity.cases.orders import orders
from tests.parity.cases.payments import payments
from tests.parity.cases.refunds import refunds
from tests.parity.cases.sessions import proofs, sessions, standing
from tests.parity.cases.users import everybody, own_account
from tests.parity.cases.webhooks import webhooks


def cases() -> Iterator[Case]:
    return chain(
        accounts(),
        callers(),
        organizers(),
        new_events(),
        events(),
        holds(),
        ends_of_holds(),
        orders(),
        payments(),
        confirmations(),
        refunds(),
        books(),
        attention(),
        log(),
        streams(),
        keys(),
        sessions(),
        proofs(),
        standing(),
        own_account(),
        everybody(),
        guests(),
        buying_as_a_guest(),
        strangers(),
        members(),
        invitations(),
        api_keys(),
        servers(),
        webhooks(),
        roles(),
    )
