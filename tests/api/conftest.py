"""A fresh house per test: it costs a few milliseconds."""

import pytest

from tests.api.house import Client, House


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def member(house: House) -> Client:
    return await house.member()


@pytest.fixture
def stranger(house: House) -> Client:
    return house.client()
