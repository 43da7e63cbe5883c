"""What a price is made of: to the minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charges import ChargeKind, Fee, Tax, UnitCharge, charges_of, summed
from domain.line import Line
from shared.ids import PoolId, TicketTypeId
from shared.money import MAX_AMOUNT, Money, exponent
from tests.domain.builders import uid


def amounts(charges: tuple[UnitCharge, ...]) -> dict[ChargeKind, int]:
    return {charge.kind: charge.amount.amount for charge in charges}


@pytest.mark.parametrize(
    ("price", "points", "included", "tax"),
    [
        (11900, 1900, True, 1900),
        (10000, 1900, True, 1597),  # 1596.64
        (10000, 1900, False, 1900),
        (999, 700, True, 65),  # 65.36
        (1, 1900, True, 0),  # 0.16
        (3, 10000, True, 2),  # 1.5, half up
        (1250, 700, False, 88),  # 87.5, half up
        (1249, 700, False, 87),  # 87.43
        (MAX_AMOUNT, 10_000, True, MAX_AMOUNT // 2),
    ],
)
def test_taxes_are_rounded_half_up_for_each_unit(
    price: int, points: int, included: bool, tax: int
) -> None:
    charges = charges_of(
        Money(price, "EUR"), Tax(name="VAT", basis_points=points, included=included), Fee()
    )
    assert amounts(charges) == ({ChargeKind.TAX: tax} if tax else {})
    assert all(charge.included is included and charge.name == "VAT" for charge in charges)


def test_a_fee_is_a_share_and_an_amount() -> None:
    fee = Fee(name="Service", basis_points=250, per_ticket=50, passed_on=True)
    none = Tax(name="Tax", basis_points=0, included=True)
    (charge,) = charges_of(Money(2500, "EUR"), none, fee)
    assert (charge.kind, charge.name, charge.amount, charge.included) == (
        ChargeKind.FEE,
        "Service",
        Money(113, "EUR"),  # 62.5 + 50
        False,
    )


def test_what_is_free_carries_nothing() -> None:
    tax, fee = Tax(name="VAT", basis_points=1900, included=False), Fee(per_ticket=50)
    assert charges_of(Money.zero("EUR"), tax, fee) == ()


def test_the_organizer_bears_no_more_than_the_price_leaves() -> None:
    tax = Tax(name="VAT", basis_points=1900, included=True)
    charges = charges_of(Money(119, "EUR"), tax, Fee(per_ticket=1000))
    assert amounts(charges) == {ChargeKind.TAX: 19, ChargeKind.FEE: 100}


def line(quantity: int, price: int, charges: tuple[UnitCharge, ...]) -> Line:
    return Line(
        ticket_type_id=TicketTypeId(uid("standing")),
        quantity=quantity,
        pool_ids=(PoolId(uid("hall")),),
        unit_price=Money(price, "KWD"),
        charges=charges,
    )


@given(
    price=st.integers(0, MAX_AMOUNT),
    rate=st.integers(0, 10_000),
    included=st.booleans(),
    points=st.integers(0, 10_000),
    per_ticket=st.integers(0, 10_000),
    passed_on=st.booleans(),
    quantity=st.integers(1, 1_000),
)
def test_the_parts_are_what_the_buyer_pays(
    price: int,
    rate: int,
    included: bool,
    points: int,
    per_ticket: int,
    passed_on: bool,
    quantity: int,
) -> None:
    charges = charges_of(
        Money(price, "KWD"),
        Tax(name="VAT", basis_points=rate, included=included),
        Fee(basis_points=points, per_ticket=per_ticket, passed_on=passed_on),
    )
    inside = sum(each.amount.amount for each in charges if each.included)
    on_top = sum(each.amount.amount for each in charges if not each.included)
    bought = line(quantity, price, charges)
    assert inside <= price
    assert bought.total.amount == quantity * (price + on_top) < 2**53
    together = summed([(quantity, charges), (1, charges)])
    assert sum(each.amount.amount for each in together) == (quantity + 1) * (inside + on_top)
    assert len(together) == len(charges)


def test_decimals_of_currencies() -> None:
    assert [exponent(each) for each in ("JPY", "EUR", "KWD", "MGA", "ISK", "HUF")] == [
        0,
        2,
        3,
        2,
        0,
        2,
    ]
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent("EURO")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(1250, "JPY"), "1250 JPY"),
        (Money(1250, "EUR"), "12.50 EUR"),
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(1250, "KWD"), "1.250 KWD"),
    ],
)
def test_amounts_as_people_write_them(amount: Money, text: str) -> None:
    assert str(amount) == text
