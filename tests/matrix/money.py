"""How the operations of money are called."""

from collections.abc import Mapping

from tests.matrix import guards, model
from tests.matrix.entry import Entry, Id, Listing, Picks
from tests.matrix.ids import ORGANIZER, order
from tests.matrix.model import OMITTED, Caller, Thing


def _shows_item(caller: Caller, picks: Picks, item: Thing) -> bool:
    """Superusers see everybody's, or those of the organizer they ask for."""
    [asked] = picks
    wanted = caller.organizer if asked is OMITTED else asked.organizer
    everybodys = caller.superuser and asked is OMITTED
    return (everybodys or wanted == item.organizer) and (caller.tests_of is None) == item.live


MONEY: Mapping[str, Entry] = {
    # Money. A cent at a time, so that there is always one left.
    "RefundOrder": Entry(
        ids=(order(guards.sold_order, model.PAID),),
        fields=lambda run: {"amount": {"amount": 1, "currency": "EUR"}, "reason": "A cent"},
    ),
    "ListRefunds": Entry(ids=(order(guards.visible_order, model.PAID),)),
    "ConfirmPayment": Entry(
        ids=(
            order(guards.sold_order, model.TRANSFERS),
            Id(
                field="payment_id",
                guard=guards.part("PAYMENT_NOT_FOUND"),
                things=model.TRANSFERRED,
            ),
        )
    ),
    "ListPostings": Entry(ids=(order(guards.sold_order, model.PAID),)),
    "WatchOrder": Entry(ids=(order(guards.visible_order, model.PAID),)),
    # The log
    "ListFacts": Entry(ids=(ORGANIZER,), fields=lambda run: {"page_size": 1}),
    "ListAttention": Entry(
        ids=(
            Id(
                field="organizer_id",
                guard=guards.whose_attention,
                things=(model.ORGANIZER, model.OTHER_ORGANIZER, OMITTED),
            ),
        ),
        fields=lambda run: {"page_size": 100},
        lists=Listing(things=model.ITEMS, shows=_shows_item),
    ),
    "ResolveAttention": Entry(
        ids=(Id(field="attention_id", guard=guards.decidable, things=model.ITEMS),),
        fields=lambda run: {"choice": "DISMISS"},
    ),
    "GetReconciliation": Entry(ids=(ORGANIZER,)),
}
