"""Addresses that are equal to us and different to a mail server."""

import pytest

from tests.api.house import PASSWORD, House


@pytest.mark.parametrize("typed", ["ada@fu\u00dfball.example", "ADA@fussball.example"])
async def test_a_password_reset_is_sent_to_the_account_and_not_where_somebody_says(
    typed: str,
) -> None:
    house, theirs = House(), "ada@fussball.example"
    await house.member(theirs)
    await house.mailed(theirs)
    await house.client().post("/auth/password-reset", {"email": typed}, expect=202)
    await house.client().post("/auth/password-reset", {"email": theirs}, expect=202)
    token = await house.mailed(theirs)
    assert {letter.to for letter in house.letters.letters} == {theirs}
    new = {"token": token, "new_password": PASSWORD + "!"}
    await house.client().post("/auth/password-reset/confirm", new, expect=204)
