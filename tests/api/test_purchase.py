"""A purchase from end to end; the client checks every answer against the documentation."""

from datetime import UTC, datetime

from infrastructure.simulated.signature import HEADER, sign
from tests.api.house import SECRET, Client, House, Json, new_key

BUYER = {"name": "Ada", "email": "ada@example.com"}


async def test_an_account(stranger: Client) -> None:
    account = {"email": "ada@example.com", "password": "correct horse battery", "name": "Ada"}
    registered = await stranger.post("/auth/register", account, expect=201)
    assert registered.headers["location"] == "/api/v1/users/me"
    again = await stranger.post("/auth/register", account, expect=409)
    assert again.json()["code"] == "EMAIL_TAKEN"
    credentials = {"email": account["email"], "password": account["password"]}
    tokens = (await stranger.post("/auth/login", credentials, expect=200)).json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    me = await Client(stranger.house, tokens["access_token"]).get("/users/me", expect=200)
    assert me.json() == registered.json()


async def test_from_hold_to_tickets(house: House) -> None:
    sale = await house.sale(capacity=5)
    buyer = await house.member()
    held = await buyer.post("/holds", sale.wants(2), key=new_key(), expect=201)
    hold = held.json()
    assert held.headers["location"] == f"/api/v1/holds/{hold['id']}"
    assert (await buyer.get(held.headers["location"], expect=200)).json() == hold
    assert hold["total"] == {"amount": 2500, "currency": "EUR"}
    assert await figures(buyer, sale.event) == {"available": 3, "held": 2, "sold": 0}

    checkout = {"hold_id": hold["id"], "buyer": BUYER}
    ordered = await buyer.post("/orders", checkout, key=new_key(), expect=201)
    order = ordered.json()
    assert ordered.headers["location"] == f"/api/v1/orders/{order['id']}"
    assert (order["state"], order["payment"]) == ("PENDING_PAYMENT", None)

    payments = f"/orders/{order['id']}/payments"
    paid = await buyer.post(payments, {"method": "succeed"}, key=new_key(), expect=201)
    assert paid.headers["location"] == ordered.headers["location"]
    confirmed = (await buyer.get(paid.headers["location"], expect=200)).json()
    assert confirmed["state"] == "CONFIRMED"
    assert confirmed["payment"]["state"] == "CAPTURED"
    tickets = await buyer.get(f"/orders/{order['id']}/tickets", expect=200)
    assert len({ticket["code"] for ticket in tickets.json()["items"]}) == 2
    assert await figures(buyer, sale.event) == {"available": 3, "held": 0, "sold": 2}
    mine = (await buyer.get("/orders?state=CONFIRMED", expect=200)).json()
    assert [each["id"] for each in mine["items"]] == [order["id"]]
    sold = await sale.organizer.get(f"/orders?organizer_id={sale.event['organizer_id']}")
    assert [each["id"] for each in sold.json()["items"]] == [order["id"]]


async def test_a_payment_needs_no_body(house: House) -> None:
    buyer, order = await pending(house)
    paid = await buyer.post(f"/orders/{order['id']}/payments", key=new_key(), expect=201)
    assert (paid.json()["provider"], paid.json()["method"]) == ("simulated", "succeed")


async def test_a_payment_that_goes_on_elsewhere(house: House) -> None:
    buyer, order = await pending(house)
    body = {"provider": "simulated", "method": "requires_action"}
    paid = await buyer.post(f"/orders/{order['id']}/payments", body, key=new_key(), expect=201)
    assert paid.json()["state"] == "REQUIRES_ACTION"
    assert paid.json()["redirect_url"].startswith("http://test/")


async def test_a_declined_payment(house: House) -> None:
    buyer, order = await pending(house)
    body = {"method": "decline"}
    paid = await buyer.post(f"/orders/{order['id']}/payments", body, key=new_key(), expect=201)
    assert (paid.json()["state"], paid.json()["failure"]) == ("FAILED", "card_declined")


async def test_an_unknown_provider_or_method(house: House) -> None:
    buyer, order = await pending(house)
    path = f"/orders/{order['id']}/payments"
    response = await buyer.post(path, {"provider": "bank"}, key=new_key(), expect=422)
    assert response.json()["metadata"] == {"provider": "bank"}
    response = await buyer.post(path, {"method": "barter"}, key=new_key(), expect=422)
    assert response.json()["errors"][0]["pointer"] == "/method"


async def test_a_hold_is_extended_and_released(house: House) -> None:
    sale = await house.sale()
    buyer = await house.member()
    hold = (await buyer.post("/holds", sale.wants(1), key=new_key(), expect=201)).json()
    path = f"/holds/{hold['id']}"
    longer = (await buyer.post(f"{path}/extend", expect=200)).json()
    assert longer["expires_at"] > hold["expires_at"]
    released = (await buyer.send("DELETE", path, expect=200)).json()
    assert released["state"] == "RELEASED"
    again = await buyer.send("DELETE", path, expect=409)
    assert again.json()["code"] == "HOLD_NOT_ACTIVE"


async def test_an_order_is_cancelled(house: House) -> None:
    buyer, order = await pending(house)
    path = f"/orders/{order['id']}/cancel"
    assert (await buyer.post(path)).json()["code"] == "IDEMPOTENCY_KEY_REQUIRED"
    cancelled = await buyer.post(path, key=new_key(), expect=200)
    assert cancelled.json()["state"] == "CANCELLED"


async def test_not_yours_looks_like_not_there(house: House) -> None:
    buyer, order = await pending(house)
    other = await house.member()
    nobody = "01936b2a-7c00-7a10-8000-000000000001"
    for path, id in (
        ("/holds/{}", order["hold_id"]),
        ("/orders/{}", order["id"]),
        ("/orders/{}/tickets", order["id"]),
    ):
        not_mine = (await other.get(path.format(id), expect=404)).json()
        not_there = (await other.get(path.format(nobody), expect=404)).json()
        for problem in (not_mine, not_there):
            del problem["request_id"], problem["instance"]
        assert not_mine == not_there


async def test_only_members_change_an_event(house: House) -> None:
    sale = await house.sale()
    other = await house.member()
    response = await other.post(f"/events/{sale.event['id']}/close", expect=403)
    assert response.json()["code"] == "NOT_A_MEMBER"


async def test_the_same_key_with_other_content(house: House) -> None:
    sale = await house.sale()
    buyer, key = await house.member(), new_key()
    first = await buyer.post("/holds", sale.wants(1), key=key, expect=201)
    again = await buyer.post("/holds", sale.wants(1), key=key, expect=201)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    other = await buyer.post("/holds", sale.wants(2), key=key, expect=422)
    assert other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_refusal_that_is_kept_is_marked_too(house: House) -> None:
    buyer, key = await house.member(), new_key()
    body = {"hold_id": "01936b2a-7c00-7a10-8000-000000000001", "buyer": BUYER}
    first = await buyer.post("/orders", body, key=key, expect=404)
    again = await buyer.post("/orders", body, key=key, expect=404)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_webhook_is_verified_byte_for_byte(house: House, stranger: Client) -> None:
    body = (
        b'{"id": "evt_1", "type": "payment.captured",  "created": "2030-01-01T00:00:00Z", '
        b'"data": {"reference": "sim_1", "payment_id": "01936b2a-7c00-7a10-8000-000000000001", '
        b'"state": "captured"}}'
    )
    path = "/payments/webhooks/simulated"
    signed = {HEADER.title(): sign(SECRET, body, at=datetime.now(UTC))}
    accepted = await stranger.post(path, content=body, headers=signed, expect=200)
    assert accepted.json() == {"received": True}
    assert len(house.database.tables.inbox) == 1
    for content, headers in ((body + b" ", signed), (body, {})):
        refused = await stranger.post(path, content=content, headers=headers, expect=400)
        assert refused.json()["code"] == "WEBHOOK_INVALID"
    unknown = await stranger.post("/payments/webhooks/bank", content=body, expect=422)
    assert unknown.json()["code"] == "PAYMENT_PROVIDER_UNKNOWN"
    assert len(house.database.tables.inbox) == 1


async def pending(house: House) -> tuple[Client, Json]:
    """An order that waits for its payment, and its buyer."""
    sale = await house.sale()
    buyer = await house.member()
    hold = (await buyer.post("/holds", sale.wants(1), key=new_key(), expect=201)).json()
    checkout = {"hold_id": hold["id"], "buyer": BUYER}
    return buyer, (await buyer.post("/orders", checkout, key=new_key(), expect=201)).json()


async def figures(client: Client, event: Json) -> Json:
    found = await client.get(f"/events/{event['id']}/availability", expect=200)
    (kind,) = found.json()["ticket_types"]
    return {name: kind[name] for name in ("available", "held", "sold")}
