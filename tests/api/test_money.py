"""Money over REST from the refund to the books; the client checks every answer against the
documentation."""

import pytest

from tests.api.house import Client, House, Json, Sale, new_key

BUYER = {"name": "Ada", "email": "ada@example.com"}
WHY = {"reason": "Ada cannot come"}


async def test_from_refunds_to_the_books(house: House) -> None:
    sale = await house.sale(capacity=5)
    buyer, order = await paid(house, sale)
    tickets = (await buyer.get(f"/orders/{order['id']}/tickets", expect=200)).json()["items"]
    refunds = f"/orders/{order['id']}/refunds"
    one = {**WHY, "ticket_ids": [tickets[0]["id"]]}
    made = await sale.organizer.post(refunds, one, key=new_key(), expect=201)
    assert made.headers["location"] == f"/api/v1{refunds}"
    assert (made.json()["state"], made.json()["amount"]["amount"]) == ("SUCCEEDED", 1250)
    assert made.json()["ticket_ids"] == one["ticket_ids"]
    after = (await buyer.get(f"/orders/{order['id']}", expect=200)).json()
    assert after["state"] == "PARTIALLY_REFUNDED"
    assert after["refunded"] == {"amount": 1250, "currency": "EUR"}
    await sale.organizer.post(refunds, WHY, key=new_key(), expect=201)
    listed = (await buyer.get(refunds, expect=200)).json()["items"]
    assert [each["amount"]["amount"] for each in listed] == [1250, 1250]
    assert (await buyer.get(f"/orders/{order['id']}", expect=200)).json()["state"] == "REFUNDED"

    postings = await sale.organizer.get(f"/orders/{order['id']}/postings", expect=200)
    kinds = [posting["kind"] for posting in postings.json()["items"]]
    assert kinds == ["CHARGE", "REFUND", "REFUND"]
    for posting in postings.json()["items"]:
        assert sum(entry["amount"] for entry in posting["entries"]) == 0
    organizer_id = sale.event["organizer_id"]
    books = f"/organizers/{organizer_id}/reconciliation"
    (balance,) = (await sale.organizer.get(books, expect=200)).json()["balances"]
    assert {name: amount for name, amount in balance.items() if amount} == {"currency": "EUR"}
    attention = f"/attention?organizer_id={organizer_id}&state=OPEN"
    assert (await sale.organizer.get(attention, expect=200)).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/reason"]),
        ({"reason": 1, "return_stock": "no"}, ["/reason", "/return_stock"]),
        ({**WHY, "amount": 5}, ["/amount"]),
        ({**WHY, "amount": {"amount": 1.5, "currency": "EUR"}}, ["/amount/amount"]),
        ({**WHY, "ticket_ids": "all"}, ["/ticket_ids"]),
        ({**WHY, "ticket_ids": ["all"]}, ["/ticket_ids/0"]),
        ({**WHY, "quantity": 2}, ["/quantity"]),
        # Nobody who lists nothing means everything.
        ({**WHY, "ticket_ids": []}, ["/ticket_ids"]),
    ],
)
async def test_a_refund_of_the_wrong_shape(house: House, body: Json, pointers: list[str]) -> None:
    sale = await house.sale()
    buyer, order = await paid(house, sale)
    refunds = f"/orders/{order['id']}/refunds"
    refused = await sale.organizer.post(refunds, body, key=new_key(), expect=422)
    assert [error["pointer"] for error in refused.json()["errors"]] == pointers
    assert (await buyer.get(refunds, expect=200)).json()["items"] == []


async def test_null_is_left_out(house: House) -> None:
    sale = await house.sale()
    _, order = await paid(house, sale)
    everything = {**WHY, "amount": None, "ticket_ids": None}
    refund = await sale.organizer.post(
        f"/orders/{order['id']}/refunds", everything, key=new_key(), expect=201
    )
    assert refund.json()["amount"]["amount"] == 2500


async def test_a_confirmation_needs_no_body(house: House) -> None:
    """And a card's payment none of it."""
    sale = await house.sale()
    _, order = await paid(house, sale)
    path = f"/orders/{order['id']}/payments/{order['payment']['id']}/confirm"
    for body in (None, {}, {"note": None}):
        refused = await sale.organizer.post(path, body, expect=409)
        assert refused.json()["code"] == "PAYMENT_NOT_CONFIRMABLE"
    await sale.organizer.post(path, {"note": 1}, expect=422)


async def paid(house: House, sale: Sale) -> tuple[Client, Json]:
    """A buyer and an order of two tickets, confirmed."""
    buyer = await house.member()
    held = (await buyer.post("/holds", sale.wants(2), key=new_key(), expect=201)).json()
    checkout = {"hold_id": held["id"], "buyer": BUYER}
    order = (await buyer.post("/orders", checkout, key=new_key(), expect=201)).json()
    await buyer.post(f"/orders/{order['id']}/payments", key=new_key(), expect=201)
    return buyer, (await buyer.get(f"/orders/{order['id']}", expect=200)).json()
