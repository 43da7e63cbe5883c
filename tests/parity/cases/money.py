"""Payments that are confirmed by hand, the books, and what needs a person."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, of, within


def confirmations() -> Iterator[Case]:
    def confirm(order: str, payment: str | None = None, **fields: Plain) -> Ask:
        paid = payment or f"payment of {order}"
        return lambda scene: {
            "order_id": scene.ids.get(order, order),
            "payment_id": scene.ids.get(paid, paid),
            **fields,
        }

    def refused(name: str, ask: Ask, reason: str, *fields: str, who: str = "olga") -> Case:
        return case(f"confirming {name}", "ConfirmPayment", who, ask, reason, *fields)

    yield case(
        "paying offline where nobody offers it",
        "PayOrder",
        "ben",
        lambda scene: {"order_id": scene.ids["never paid"], "provider": "offline"},
        "ORDER_NOT_PAYABLE",
        key="new",
    )
    yield refused("as its buyer", confirm("transferred"), "ORDER_NOT_FOUND", who="ada")
    yield refused("as a stranger", confirm("transferred"), "ORDER_NOT_FOUND", who="ben")
    yield refused("as a scanner", confirm("transferred"), "ROLE_MISSING", who="sam")
    yield refused("no payment", confirm("transferred", MISSING), "PAYMENT_NOT_FOUND")
    yield refused("no order", confirm(MISSING, "payment of transferred"), "ORDER_NOT_FOUND")
    yield refused(
        "another order's payment",
        confirm("transferred", "payment of waiting"),
        "PAYMENT_NOT_FOUND",
    )
    yield refused("a card's payment", confirm("waiting"), "PAYMENT_NOT_CONFIRMABLE")
    yield refused("too late", confirm("too late"), "SOLD_OUT", "lines[0]")
    yield refused(
        "nonsense",
        confirm(MALFORMED, "-"),
        "FIELD_INVALID",
        "order_id",
        "payment_id",
    )
    yield refused(
        "with many words", confirm("transferred", note="x" * 1001), "FIELD_INVALID", "note"
    )
    yield case(
        "confirming",
        "ConfirmPayment",
        "fin",
        confirm("transferred", note="statement 47"),
        key="new",
    )
    yield case("confirming again", "ConfirmPayment", "olga", confirm("transferred"), key="new")
    yield case("a confirmed order", "GetOrder", "ada", of("order_id", "transferred"))


def books() -> Iterator[Case]:
    yield case("postings", "ListPostings", "olga", of("order_id", "paid"))
    yield case("postings after refunds", "ListPostings", "max", of("order_id", "to refund"))
    yield case("no postings", "ListPostings", "fin", of("order_id", "waiting"))
    for who, reason in (
        ("ada", "ORDER_NOT_FOUND"),
        ("ben", "ORDER_NOT_FOUND"),
        ("sam", "ROLE_MISSING"),
        ("guest", "USER_REQUIRED"),
    ):
        yield case(f"postings for {who}", "ListPostings", who, of("order_id", "paid"), reason)
    yield case(
        "postings of nonsense",
        "ListPostings",
        "olga",
        of("order_id", MALFORMED),
        "FIELD_INVALID",
        "order_id",
    )
    yield case("quiet books", "GetReconciliation", "una", of("organizer_id", "una's house"))
    yield case("books", "GetReconciliation", "fin", within())
    for who, reason in (
        ("max", "ROLE_MISSING"),
        ("ben", "ORGANIZER_NOT_FOUND"),
        ("guest", "USER_REQUIRED"),
        ("live key", "SCOPE_MISSING"),
    ):
        yield case(f"books for {who}", "GetReconciliation", who, within(), reason)
    yield case(
        "books of nonsense",
        "GetReconciliation",
        "olga",
        within(organizer_id=MALFORMED),
        "FIELD_INVALID",
        "organizer_id",
    )


def attention() -> Iterator[Case]:
    def resolve(item: str, **fields: Plain) -> Ask:
        return lambda scene: {"attention_id": scene.ids.get(item, item), **fields}

    def refused(name: str, ask: Ask, reason: str, *fields: str, who: str = "olga") -> Case:
        return case(f"deciding {name}", "ResolveAttention", who, ask, reason, *fields)

    yield case("what needs attention", "ListAttention", "max", within(state="OPEN"))
    yield case("a page of what needs attention", "ListAttention", "olga", within(page_size=1))
    yield case("what needs a superuser", "ListAttention", "ruth", within())
    for who, ask, reason, fields in (
        ("ben", within(), "ORGANIZER_NOT_FOUND", ()),
        ("sam", within(), "ROLE_MISSING", ()),
        ("guest", within(), "USER_REQUIRED", ()),
        ("max", lambda scene: {}, "FIELD_INVALID", ("organizer_id",)),
        ("fin", within(state="CLOSED"), "FIELD_INVALID", ("state",)),
        ("olga", within(page_token="nonsense"), "FIELD_INVALID", ("page_token",)),
    ):
        yield case(f"attention for {who}, who may not", "ListAttention", who, ask, reason, *fields)
    yield refused(
        "as a stranger", resolve("item", choice="DISMISS"), "ATTENTION_NOT_FOUND", who="ben"
    )
    yield refused("as a scanner", resolve("item", choice="DISMISS"), "ROLE_MISSING", who="sam")
    yield refused("nothing", resolve(MISSING, choice="DISMISS"), "ATTENTION_NOT_FOUND")
    yield refused("what cannot be", resolve("item", choice="RETRY"), "FIELD_INVALID", "choice")
    yield refused("somehow", resolve("item", choice="IGNORE"), "FIELD_INVALID", "choice")
    yield refused("not at all", resolve("item"), "FIELD_INVALID", "choice")
    yield refused(
        "with many words",
        resolve("item", choice="DISMISS", note="x" * 1001),
        "FIELD_INVALID",
        "note",
    )
    yield refused(
        "about nonsense", resolve(MALFORMED, choice="DISMISS"), "FIELD_INVALID", "attention_id"
    )
    yield case(
        "deciding",
        "ResolveAttention",
        "fin",
        resolve("item", choice="DONE_BY_HAND", note="sent on Monday"),
        key="new",
    )
    yield refused("twice", resolve("item", choice="DISMISS"), "ATTENTION_RESOLVED")
    yield case("what was decided", "ListAttention", "olga", within(state="RESOLVED"))
    yield case("what was sent by hand", "ListRefunds", "ada", of("order_id", "sent back"))
