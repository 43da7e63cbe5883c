"""What the documentation says before it lists the operations."""

from typing import Final

TITLE: Final = "Holdfast"

DESCRIPTION: Final = """\
Sells event tickets, and never sells one twice.

**A purchase.** Find an event and its `ticket_types`, hold some (`CreateHold`), turn the hold into
an order (`CreateOrder`), pay it (`PayOrder`), and get the tickets (`ListTickets`). Nothing is lost
when you stop in between: a hold expires, and an unpaid order with it.

**Money back.** `RefundOrder` gives back an order, some of its tickets or an amount; cancelling an
event gives back all of it. What cannot be settled by a machine is in `ListAttention`, with the
choices there are; `ListPostings` and `GetReconciliation` are the books.

**Who is calling.** `Register` once, then `Login`: it answers an access token that other operations
want as `Authorization: Bearer …`, and a refresh token for the next one (`RefreshToken`). Without an
account, `CreateGuest` answers a token for one purchase. Servers send an API key (`CreateApiKey`) in
the same header; a test key (`hf_test_…`) makes tests and sees nothing else. Each operation says who
may call it. What is not yours looks as if it was not there (404).

**Sending again.** Put a new `Idempotency-Key` on each thing you want to happen, and the same one
on each repetition: it happens once, and the first answer comes again, marked
`Idempotency-Replayed: true`. The same key with other content is refused
(`IDEMPOTENCY_KEY_REUSED`). Holds, orders, payments, refunds and cancellations require a key. The
same key means the same over gRPC, where it is the field `request_id`. Keys are remembered for 72
hours.

**Refusals** are RFC 9457 problems (`application/problem+json`). `code` is the
reason, the same as over gRPC; `errors` names each wrong field. `Retry-After` says when trying again
can help; without it, it will not.

**Limits.** Whatever changes something is counted, for the caller and for the address it comes
from. `RateLimit-Policy` and `RateLimit` say of each limit what it is and what is left; beyond it
the answer is 429 with `Retry-After`. A caller also has so many calls under way at a time, reads
included. When there is more to do than can be done, the answer is 503 (`OVERLOADED`) with
`Retry-After`, at once: send it again then, with the same key. Lists are refused first, payments
last.

**Lists** answer `items` and a `next_page_token`; send it back as `page_token`, with the same
filters, until it is empty.

**Watching.** `ListFacts` reads an organizer's log, page by page and for ever. `WatchAvailability`
and `WatchOrder` tell each change as it happens, as Server-Sent Events or over WebSocket.
Credentials come in the `Authorization` header, or as a WebSocket's subprotocol `bearer.<token>`:
never in the address. A refusal in the midst of a stream is an event `problem` with the problem as
its data.

**Values.** Money is in minor units (`1250` EUR is 12.50 €). Times are RFC 3339 in UTC; send any
offset. Identifiers are UUIDs. Unknown fields are refused.

Outside of `/api/v1`: `/health` (the process is alive) and `/ready` (it can serve).
"""

TAGS: Final = (
    {"name": "Accounts", "description": "Open an account and get a token for it."},
    {"name": "Superusers", "description": "The accounts of this installation."},
    {"name": "Guests", "description": "Buy without an account."},
    {"name": "Organizers", "description": "Sellers."},
    {"name": "Members", "description": "Who acts for an organizer, and in which role."},
    {"name": "API keys", "description": "Keys with which servers act for an organizer."},
    {"name": "Events", "description": "What is sold, and what is left of it."},
    {"name": "Holds", "description": "Stock taken for one buyer, for a while."},
    {"name": "Orders", "description": "A purchase made from one hold, its payments and refunds."},
    {"name": "Tickets", "description": "What admits."},
    {"name": "Attention", "description": "What a machine should not decide alone."},
    {"name": "Log", "description": "What happened, in order."},
    {"name": "Webhook endpoints", "description": "Where organizers are told what happens."},
    {"name": "Webhooks", "description": "What payment providers call."},
)
