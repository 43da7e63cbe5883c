"""Whose call it is: only what a trusted proxy wrote is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.addresses import client_address, networks

PROXIES = networks(["10.0.0.0/8", "2001:db8:ff::/48", "192.0.2.10"])
CALLER, PROXY = "203.0.113.7", "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (CALLER, [], CALLER),
        (CALLER, ["198.51.100.1"], CALLER),  # anybody can write a header
        (PROXY, [], PROXY),
        (PROXY, [CALLER], CALLER),
        (PROXY, [f"198.51.100.1, {CALLER}"], CALLER),  # what the caller made up stands left
        (PROXY, ["198.51.100.1", CALLER], CALLER),
        (PROXY, [f"{CALLER}, 10.9.9.9,192.0.2.10"], CALLER),
        (PROXY, [f"{PROXY}, 10.0.0.2"], PROXY),  # a proxy that calls itself
        (PROXY, [f"{CALLER}, nonsense"], PROXY),
        (PROXY, [f"{CALLER}, nonsense, 10.0.0.2"], "10.0.0.2"),
        (PROXY, [f"{CALLER}, "], PROXY),
        (PROXY, [""], PROXY),
        (PROXY, [f"{CALLER}:5555"], CALLER),
        (PROXY, ["[2001:db8::1]:5555"], "2001:db8::1"),
        (PROXY, ["[2001:db8::1]"], "2001:db8::1"),
        (PROXY, ["2001:DB8:0::1"], "2001:db8::1"),
        ("2001:db8:ff::1", [CALLER], CALLER),
        ("::ffff:10.0.0.1", [CALLER], CALLER),
        (f"::ffff:{CALLER}", [], CALLER),
        (PROXY, [f"::ffff:{CALLER}"], CALLER),
        ("fe80::1%eth0", [], "fe80::1"),
        ("192.0.2.11", [CALLER], "192.0.2.11"),  # one beside the trusted one
        ("testclient", [CALLER], None),
        ("", [CALLER], None),
        (None, [CALLER], None),
    ],
)
def test_the_address_of_the_caller(
    peer: str | None, forwarded: list[str], expected: str | None
) -> None:
    assert client_address(peer, forwarded, PROXIES) == expected


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert client_address(PROXY, [CALLER], ()) == PROXY


@given(made_up=st.lists(st.text(max_size=40), max_size=4))
def test_nothing_left_of_what_the_proxy_wrote_matters(made_up: list[str]) -> None:
    assert client_address(PROXY, [*made_up, CALLER], PROXIES) == CALLER


@pytest.mark.parametrize("text", ["", "proxy", "10.0.0.0/33", "10.0.0.1/8"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        networks([text])
