"""The table of who may call what."""

import pytest

from application.messages import ActorKind, Priority
from application.policy import POLICY, SCOPES, rule_of
from domain.organizer.organizer import Role


def test_nothing_is_offered_that_nobody_decided_about() -> None:
    with pytest.raises(LookupError, match="application/policy.py says nothing about Fly"):
        rule_of("Fly")
    assert rule_of("Login") is POLICY["Login"]


@pytest.mark.parametrize("name", POLICY)
def test_every_rule_makes_sense(name: str) -> None:
    rule = POLICY[name]
    assert rule.kinds and ActorKind.SYSTEM not in rule.kinds
    assert not rule.superuser or rule.kinds == {ActorKind.USER}
    assert not rule.roles or ActorKind.USER in rule.kinds
    assert not rule.roles or Role.OWNER in rule.roles, "owners may do whatever others may"
    assert rule.is_open == (rule.kinds == {ActorKind.ANONYMOUS})
    assert (name in SCOPES) == (ActorKind.API_KEY in rule.kinds)


def test_what_takes_stock() -> None:
    assert [name for name, rule in POLICY.items() if rule.takes_stock] == ["CreateHold"]


def test_what_makes_somebody_new() -> None:
    assert [name for name, rule in POLICY.items() if rule.makes_buyers] == [
        "Register",
        "CreateGuest",
    ]


def test_who_comes_first() -> None:
    by_priority = {
        priority: {name for name, rule in POLICY.items() if rule.priority is priority}
        for priority in Priority
    }
    assert by_priority[Priority.PAYMENT] == {
        "ReceiveWebhook",
        "CreateOrder",
        "PayOrder",
        "CancelOrder",
        "ConfirmPayment",
        "RefundOrder",
    }
    assert by_priority[Priority.SALE] == {
        "CreateHold",
        "ExtendHold",
        "ReleaseHold",
        "CreateGuest",
        "Login",
        "RefreshToken",
    }
    assert by_priority[Priority.LIST] == {name for name in POLICY if name.startswith("List")}
    assert {"GetHold", "GetAvailability", "GetOrder"} < by_priority[Priority.READ]


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        POLICY["Fly"] = POLICY["Login"]  # type: ignore[index]


def test_only_payment_providers_are_not_counted() -> None:
    """They come in crowds, from one address, and their signature says who they are."""
    assert [name for name, rule in POLICY.items() if not rule.limited] == ["ReceiveWebhook"]
