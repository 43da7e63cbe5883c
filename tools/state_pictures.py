"""Draw the life cycles into the docs: ``python -m tools.state_pictures``.

The transition tables of the domain are the only source. A picture stands in a Markdown file between
``<!-- states: Order -->`` and ``<!-- end -->``; what is between is written anew.
"""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from domain.attention import attention
from domain.event import event
from domain.hold import hold
from domain.lifecycle import Lifecycle
from domain.order import dispute, order, payment, refund
from domain.ticket import ticket
from domain.webhook import endpoint

LIFECYCLES: dict[str, tuple[Lifecycle[Any], Enum]] = {
    "Event": (event.LIFECYCLE, event.EventState.DRAFT),
    "Hold": (hold.LIFECYCLE, hold.HoldState.ACTIVE),
    "Order": (order.LIFECYCLE, order.OrderState.PENDING_PAYMENT),
    "Payment": (payment.LIFECYCLE, payment.PaymentState.CREATED),
    "Refund": (refund.LIFECYCLE, refund.RefundState.REQUESTED),
    "Dispute": (dispute.LIFECYCLE, dispute.DisputeState.OPEN),
    "Ticket": (ticket.LIFECYCLE, ticket.TicketState.ISSUED),
    "Attention": (attention.LIFECYCLE, attention.AttentionState.OPEN),
    "WebhookEndpoint": (endpoint.LIFECYCLE, endpoint.EndpointState.ENABLED),
}
"""Each with the state it begins in."""

_PLACE = re.compile(r"(<!-- states: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def picture(name: str) -> str:
    """A Mermaid state diagram; states and their transitions in the order of the tables."""
    lifecycle, first = LIFECYCLES[name]
    return "\n".join(["```mermaid", "stateDiagram-v2", *_lines(lifecycle, first), "```", ""])


def _lines(lifecycle: Lifecycle[Any], first: Enum) -> Iterator[str]:
    yield f"    [*] --> {first.name}"
    for state in type(first):
        after = lifecycle.transitions.get(state, frozenset())
        for each in type(first):
            if each in after:
                yield f"    {state.name} --> {each.name}"
        if lifecycle.is_final(state):
            yield f"    {state.name} --> [*]"


def drawn(text: str) -> str:
    """`text` with every picture as it is now."""
    return _PLACE.sub(lambda place: f"{place[1]}{picture(place[2])}{place[3]}", text)


def main() -> None:
    for page in sorted(Path("docs").glob("*.md")):
        before = page.read_text()
        if (after := drawn(before)) != before:
            page.write_text(after)
            print(f"drawn: {page}")


if __name__ == "__main__":
    main()
