"""An order as its buyer sees it, and as its organizer does."""

from dataclasses import replace

import pytest

from application.views.order import OrderView
from domain.order.payment import PaymentState
from shared.ids import UserId
from tests.domain.builders import AT, order, payment, uid


@pytest.mark.parametrize("state", PaymentState)
def test_what_one_pays_with_is_shown_to_the_buyer_alone(state: PaymentState) -> None:
    secret = replace(payment(state), client_secret="cs_1", redirect_url="https://pay.example/1")
    mine = OrderView.of(order(), secret, reader=order().buyer_id, at=AT).payment
    theirs = OrderView.of(order(), secret, reader=UserId(uid("organizer's owner")), at=AT).payment
    assert mine and (mine.client_secret, mine.redirect_url) == ("cs_1", "https://pay.example/1")
    assert theirs == replace(mine, client_secret=None, redirect_url=None)
