"""A person with an account. Who may do what to an organizer's events is the organizer's matter."""

from dataclasses import dataclass
from datetime import datetime

from domain.user.facts import UserRegistered
from shared.checks import Checks
from shared.facts import Aggregate
from shared.ids import UserId

PASSWORD_SHORTEST, PASSWORD_LONGEST = 8, 128


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Aggregate):
    """An account; the e-mail address is unique without regard to case."""

    id: UserId
    email: str
    name: str
    password_hash: str
    created_at: datetime

    @staticmethod
    def check_registration(email: str, password: str, name: str) -> None:
        """Raises FieldInvalid; apart from `register` so that no bad password is ever hashed."""
        checks = Checks()
        checks.email("email", email)
        if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
            checks.fail(
                "password", f"must have {PASSWORD_SHORTEST} to {PASSWORD_LONGEST} characters"
            )
        checks.text("name", name, longest=200)
        checks.done()

    @staticmethod
    def register(*, id: UserId, email: str, name: str, password_hash: str, at: datetime) -> "User":
        checks = Checks()
        email, name = checks.email("email", email), checks.text("name", name, longest=200)
        checks.done()
        return User(
            id=id,
            email=email,
            name=name,
            password_hash=password_hash,
            created_at=at,
            facts=(UserRegistered(user_id=id, occurred_at=at),),
        )

    @staticmethod
    def email_key(email: str) -> str:
        """The form under which an address is unique."""
        return email.strip().casefold()
