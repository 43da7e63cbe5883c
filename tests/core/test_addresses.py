"""Where the REST face can be reached, as the banner and the simulated provider are told."""

import pytest

from core.addresses import reachable_url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("shop.internal", "http://shop.internal:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_every_host_one_can_listen_on_has_an_address(host: str, url: str) -> None:
    assert reachable_url(host, 8000) == url
