import pytest

from tests.application.stage import Stage


@pytest.fixture
async def stage() -> Stage:
    return await Stage().open()
