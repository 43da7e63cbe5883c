"""New holds."""

from collections.abc import Iterator

from tests.faces.outcome import Plain
from tests.parity.cases.case import MISSING, Ask, Case, case


def holds() -> Iterator[Case]:
    def hold(event: str = "on sale", **quantities: int) -> Ask:
        return lambda scene: {
            "event_id": scene.ids[event],
            "lines": scene.lines(event, **quantities),
        }

    def lines(*wanted: Plain) -> Ask:
        return lambda scene: {"event_id": scene.ids["on sale"], "lines": list(wanted)}

    def refused(name: str, ask: Ask, reason: str, *fields: str, who: str = "ada") -> Case:
        return case(name, "CreateHold", who, ask, reason, *fields, key="new")

    yield case("a hold", "CreateHold", "ada", hold(Standing=2, Guest=1), key="new")
    yield refused("sold out", hold(Standing=1, Balcony=1), "SOLD_OUT", "lines[1]")
    yield refused("sold out twice", hold(Balcony=2, Box=3), "SOLD_OUT", "lines[0]", "lines[1]")
    yield refused(
        "more than one order may have",
        hold(Standing=5, Guest=11),
        "LIMIT_REACHED",
        "lines[0].quantity",
        "lines[1].quantity",
    )
    yield refused(
        "more than one buyer may have", hold("limited", Standing=3), "LIMIT_REACHED", "lines"
    )
    yield refused(
        "a hold of no event",
        lambda scene: {"event_id": MISSING, "lines": scene.lines("on sale", Standing=1)},
        "EVENT_NOT_FOUND",
    )
    yield refused("a hold of a draft", hold("draft", Standing=1), "EVENT_NOT_FOUND")
    yield refused(
        "a hold of one's own draft", hold("draft", Standing=1), "EVENT_NOT_ON_SALE", who="olga"
    )
    yield refused("a hold of a closed event", hold("closed", Standing=1), "EVENT_NOT_ON_SALE")
    yield refused(
        "a hold of another event's tickets",
        lambda scene: {
            "event_id": scene.ids["on sale"],
            "lines": scene.lines("closed", Standing=1),
        },
        "TICKET_TYPE_NOT_FOUND",
        "lines[0].ticket_type_id",
    )
    yield refused("a hold of none", hold(Standing=0), "FIELD_INVALID", "lines[0].quantity")
    yield refused(
        "a hold of less than none", hold(Standing=-1), "FIELD_INVALID", "lines[0].quantity"
    )
    yield refused("a hold without lines", lines(), "FIELD_INVALID", "lines")
    yield refused(
        "a hold of too many lines",
        lines(*[_line(MISSING)] * 51),
        "FIELD_INVALID",
        "lines",
        *(f"lines[{place}].ticket_type_id" for place in range(1, 50)),
    )
    yield refused(
        "a hold of empty lines",
        lines({}),
        "FIELD_INVALID",
        "lines[0].ticket_type_id",
        "lines[0].quantity",
    )
    yield refused(
        "a hold of malformed lines",
        lines({"ticket_type_id": "x", "quantity": 1}),
        "FIELD_INVALID",
        "lines[0].ticket_type_id",
    )
    yield refused(
        "a hold of the same twice",
        lambda scene: {
            "event_id": scene.ids["on sale"],
            "lines": scene.lines("on sale", Standing=1) * 2,
        },
        "FIELD_INVALID",
        "lines[1].ticket_type_id",
    )


def _line(ticket_type_id: str) -> Plain:
    return {"ticket_type_id": ticket_type_id, "quantity": 1}
