"""Whether the real Stripe is asked, and a word about it at the end of every run."""

import os

import pytest

REAL_KEY = "STRIPE_TEST_API_KEY"
"""The environment's name for a key of a real account, for tests: sk_test_…"""


def is_asked() -> bool:
    return bool(os.environ.get(REAL_KEY))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not is_asked():
        terminalreporter.write_line(f"Stripe itself was not asked: {REAL_KEY} is not set.")
