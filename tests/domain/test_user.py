"""Users, and the proofs of their addresses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.user.errors import LastSuperuser, OwnAccount, ProofInvalid, UserInactive
from domain.user.proof import Proof, ProofPurpose
from domain.user.user import User
from shared.errors import FieldInvalid
from shared.ids import ProofId, UserId
from tests.domain.builders import AT, SECOND, uid, user

OTHER = UserId(uid("other"))
LATER = AT + SECOND


def test_what_registration_checks() -> None:
    User.check_registration("ada@example.com", "x" * 8, "Ada")
    for email, password, name, pointers in (
        ("no", "x" * 8, "Ada", ["/email"]),
        ("ada@example.com", "x" * 7, "Ada", ["/password"]),
        ("ada@example.com", "x" * 129, "Ada", ["/password"]),
        ("no", "", "", ["/email", "/password", "/name"]),
    ):
        with pytest.raises(FieldInvalid) as refused:
            User.check_registration(email, password, name)
        assert [each.pointer for each in refused.value.violations] == pointers


@pytest.mark.parametrize("founder", [True, False])
def test_registering(founder: bool) -> None:
    made = User.register(
        id=UserId(uid("user")),
        email=" Ada@Example.com",
        name=" Ada ",
        password_hash="h",
        founder=founder,
        at=AT,
    )
    assert (made.email, made.name, made.version) == ("Ada@Example.com", "Ada", 1)
    assert (made.founder, made.superuser) == (founder, founder)
    assert made.active and not made.email_verified
    assert User.email_key(made.email) == User.email_key("aDA@exAMPLE.com ")
    (fact,) = made.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("UserRegistered", made.id)
    with pytest.raises(FieldInvalid):
        User.register(id=made.id, email="no", name="Ada", password_hash="h", founder=False, at=AT)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada@Example.com", "aDA@exAMPLE.com ", True),
        ("\u00dcnal@B\u00dcCHER.example", "\u00fcnal@b\u00fccher.example", True),
        ("ada@fu\u00dfball.example", "ada@fussball.example", False),
        ("mi\u212ae@example.com", "mike@example.com", False),
        ("l\u0130sa@example.com", "lisa@example.com", False),
        ("l\u0131sa@example.com", "lisa@example.com", False),
        ("\u017fue@example.com", "sue@example.com", False),
        ("\uff41da@example.com", "ada@example.com", False),
        ("o\ufb03ce@example.com", "office@example.com", False),
        ("zeu\u03c2@example.com", "zeu\u03c3@example.com", False),
    ],
)
def test_addresses_without_regard_to_case_and_nothing_else(
    one: str, other: str, same: bool
) -> None:
    assert (User.email_key(one) == User.email_key(other)) is same


@pytest.mark.parametrize(("password", "good"), [("x" * 7, False), ("x" * 8, True),
                                                ("x" * 128, True), ("x" * 129, False)])  # fmt: skip
def test_a_new_password(password: str, good: bool) -> None:
    if good:
        User.check_new_password(password)
        return
    with pytest.raises(FieldInvalid) as refused:
        User.check_new_password(password)
    assert [each.pointer for each in refused.value.violations] == ["/new_password"]


CHANGES: dict[str, tuple[User, Callable[[User], User], dict[str, object]]] = {
    "UserRenamed": (user(), lambda it: it.rename(" Countess ", at=LATER), {"name": "Countess"}),
    "EmailVerified": (user(), lambda it: it.verify_email(at=LATER), {"email_verified": True}),
    "UserActivated": (
        user(active=False),
        lambda it: it.activate(at=LATER),
        {"active": True},
    ),
    "UserDeactivated": (
        user(),
        lambda it: it.deactivate(by=OTHER, superusers=[OTHER], at=LATER),
        {"active": False},
    ),
    "SuperuserGranted": (
        user(),
        lambda it: it.grant_superuser(at=LATER),
        {"superuser": True},
    ),
    "SuperuserRevoked": (
        user(superuser=True),
        lambda it: it.revoke_superuser(superusers=[OTHER, it.id], at=LATER),
        {"superuser": False},
    ),
}


@pytest.mark.parametrize("fact", CHANGES)
def test_a_change_is_told_once(fact: str) -> None:
    """And the same again is no change."""
    before, change, fields = CHANGES[fact]
    after = change(before)
    assert after == replace(before, version=2, **fields)  # type: ignore[arg-type]
    (told,) = after.facts
    assert (type(told).__name__, told.aggregate_id, told.occurred_at) == (fact, before.id, LATER)
    assert change(after) is after


def test_another_password_is_always_a_change() -> None:
    once = user().change_password("new", at=LATER)
    assert once.password_hash == "new"
    assert [type(each).__name__ for each in once.change_password("new", at=LATER).facts] == [
        "PasswordChanged"
    ] * 2


def test_a_name_is_checked() -> None:
    with pytest.raises(FieldInvalid):
        user().rename("  ", at=LATER)


def test_nobody_deactivates_themselves() -> None:
    root = user(superuser=True)
    with pytest.raises(OwnAccount):
        root.deactivate(by=root.id, superusers=[root.id, OTHER], at=LATER)
    gone = replace(root, active=False)
    assert gone.deactivate(by=root.id, superusers=[], at=LATER) is gone


@pytest.mark.parametrize("superusers", [[], ["user"]])
def test_the_last_superuser_stays(superusers: list[str]) -> None:
    root = user(superuser=True)
    active = [UserId(uid(name)) for name in superusers]
    with pytest.raises(LastSuperuser):
        root.deactivate(by=OTHER, superusers=active, at=LATER)
    with pytest.raises(LastSuperuser):
        root.revoke_superuser(superusers=active, at=LATER)


def test_who_is_no_superuser_is_not_the_last_one() -> None:
    assert not user().deactivate(by=OTHER, superusers=[], at=LATER).active
    inactive = user(superuser=True, active=False)
    assert not inactive.revoke_superuser(superusers=[], at=LATER).superuser


def test_only_the_active_become_superusers() -> None:
    with pytest.raises(UserInactive):
        user(active=False).grant_superuser(at=LATER)


HOUR = timedelta(hours=1)


def proof() -> Proof:
    return Proof.ask(
        id=ProofId(uid("proof")),
        user_id=UserId(uid("user")),
        purpose=ProofPurpose.VERIFY_EMAIL,
        email_key="ada@example.com",
        lasts=HOUR,
        at=AT,
    )


def test_a_proof_is_used_once() -> None:
    fresh = proof()
    assert (fresh.version, fresh.facts, fresh.used_at) == (1, (), None)
    used = fresh.use(email_key="ada@example.com", at=AT + HOUR - SECOND)
    assert (used.used_at, used.version) == (AT + HOUR - SECOND, 2)
    (fact,) = used.facts
    assert (type(fact).__name__, fact.aggregate_id) == ("ProofUsed", fresh.id)
    with pytest.raises(ProofInvalid):
        used.use(email_key="ada@example.com", at=LATER)


def test_a_proof_that_proves_nothing() -> None:
    """Too late, or about an address that the account has no more."""
    for email_key, at in (("ada@example.com", AT + HOUR), ("other@example.com", LATER)):
        with pytest.raises(ProofInvalid):
            proof().use(email_key=email_key, at=at)
