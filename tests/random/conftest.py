"""How much is played, and from which seed: both can be given, and a failure names them."""

import pytest

STORY = 100
"""Purchases of one story."""
BATCH = 10
"""Stories of one test, at most."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("random purchases")
    group.addoption("--purchases", type=int, default=300, help="how many are played, in all")
    group.addoption("--first-seed", type=int, default=1, help="the first story's; others follow")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seeds" not in metafunc.fixturenames:
        return
    first = int(metafunc.config.getoption("--first-seed", 1))
    after = first + -(-int(metafunc.config.getoption("--purchases", 300)) // STORY)
    batches = [range(start, min(start + BATCH, after)) for start in range(first, after, BATCH)]
    metafunc.parametrize("seeds", batches, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
