"""A person with an account. Who may do what to an organizer's events is the organizer's matter."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.user.errors import LastSuperuser, OwnAccount, UserInactive
from domain.user.facts import (
    EmailVerified,
    PasswordChanged,
    SuperuserGranted,
    SuperuserRevoked,
    UserActivated,
    UserDeactivated,
    UserFact,
    UserRegistered,
    UserRenamed,
)
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import UserId

PASSWORD_SHORTEST, PASSWORD_LONGEST = 8, 128


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Aggregate):
    """An account; the e-mail address is unique without regard to case.

    `founder`: the first who ever registered, and so the first superuser; there is one at most.
    """

    id: UserId
    email: str
    email_verified: bool
    name: str
    password_hash: str
    active: bool
    superuser: bool
    founder: bool
    created_at: datetime

    @staticmethod
    def check_registration(email: str, password: str, name: str) -> None:
        """Raises FieldInvalid; apart from `register` so that no bad password is ever hashed."""
        checks = Checks()
        checks.email("email", email)
        _check_password(checks, "password", password)
        checks.text("name", name, longest=200)
        checks.done()

    @staticmethod
    def check_new_password(password: str) -> None:
        """Raises FieldInvalid on `new_password`."""
        checks = Checks()
        _check_password(checks, "new_password", password)
        checks.done()

    @staticmethod
    def register(
        *, id: UserId, email: str, name: str, password_hash: str, founder: bool, at: datetime
    ) -> "User":
        """The founder is a superuser from the start. Raises FieldInvalid."""
        checks = Checks()
        email, name = checks.email("email", email), checks.text("name", name, longest=200)
        checks.done()
        user = User(
            id=id,
            email=email,
            email_verified=False,
            name=name,
            password_hash=password_hash,
            active=True,
            superuser=founder,
            founder=founder,
            created_at=at,
        )
        return replace(user, facts=(user._as(UserRegistered, at=at),))

    @staticmethod
    def email_key(email: str) -> str:
        """The form under which an address is unique: without regard to case.

        Letter by letter, and nothing becomes ASCII that was not: `casefold` makes "ss" of "ß" and
        "k" of the Kelvin sign, and those are mailboxes and domains of other people.
        """
        return "".join(map(_lower, email.strip()))

    def rename(self, name: str, *, at: datetime) -> "User":
        """The same name is no change. Raises FieldInvalid."""
        checks = Checks()
        name = checks.text("name", name, longest=200)
        checks.done()
        if name == self.name:
            return self
        return self._told(UserRenamed, at=at, name=name)

    def verify_email(self, *, at: datetime) -> "User":
        """Once more is no change."""
        if self.email_verified:
            return self
        return self._told(EmailVerified, at=at, email_verified=True)

    def change_password(self, password_hash: str, *, at: datetime) -> "User":
        """Whoever saves it ends the sessions that must not go on."""
        return self._told(PasswordChanged, at=at, password_hash=password_hash)

    def activate(self, *, at: datetime) -> "User":
        """Once more is no change. Sessions that were ended stay ended."""
        if self.active:
            return self
        return self._told(UserActivated, at=at, active=True)

    def deactivate(self, *, by: UserId, superusers: Collection[UserId], at: datetime) -> "User":
        """`superusers` are all active ones at this moment; whoever saves it ends every session.

        Once more is no change. Raises OwnAccount, LastSuperuser.
        """
        if not self.active:
            return self
        if by == self.id:
            raise OwnAccount()
        self._require_another(superusers)
        return self._told(UserDeactivated, at=at, active=False)

    def grant_superuser(self, *, at: datetime) -> "User":
        """Once more is no change. Raises UserInactive."""
        if self.superuser:
            return self
        if not self.active:
            raise UserInactive()
        return self._told(SuperuserGranted, at=at, superuser=True)

    def revoke_superuser(self, *, superusers: Collection[UserId], at: datetime) -> "User":
        """`superusers` are all active ones at this moment. Raises LastSuperuser."""
        if not self.superuser:
            return self
        self._require_another(superusers)
        return self._told(SuperuserRevoked, at=at, superuser=False)

    def _told(self, fact: type[UserFact], *, at: datetime, **changes: Any) -> "User":
        """Changed, with a fact that says how it is now."""
        version = self.version if self.facts else self.version + 1
        after = replace(self, version=version, **changes)
        return self._changed(after._as(fact, at=at), **changes)

    def _as(self, fact: type[UserFact], *, at: datetime) -> UserFact:
        return fact(
            user_id=self.id,
            name=self.name,
            email_verified=self.email_verified,
            active=self.active,
            superuser=self.superuser,
            revision=self.version,
            occurred_at=at,
        )

    def _require_another(self, superusers: Collection[UserId]) -> None:
        if self.superuser and self.active and not any(each != self.id for each in superusers):
            raise LastSuperuser()


def _lower(char: str) -> str:
    lower = char.lower()
    return lower if char.isascii() or not any(map(str.isascii, lower)) else char


def _check_password(checks: Checks, field: str, password: str) -> None:
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        checks.fail(field, f"must have {PASSWORD_SHORTEST} to {PASSWORD_LONGEST} characters")
