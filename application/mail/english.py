"""Letters about accounts in English."""

from datetime import timedelta
from typing import Final

from application.mail.letters import AccountLetters, link, paragraphs, printable, quoted, span

_UNITS: Final = (
    ("day", "days"),
    ("hour", "hours"),
    ("minute", "minutes"),
    ("second", "seconds"),
)


class EnglishAccountLetters(AccountLetters):
    def verify_email(
        self, name: str, *, link_base: str, token: str, expires_in: timedelta
    ) -> tuple[str, str]:
        return "Confirm your e-mail address", paragraphs(
            _greeting(name),
            "an account was opened with this e-mail address. To confirm that it is yours, open",
            *_way(link_base, "verify-email", token, expires_in),
            "If it was not you, ignore this letter: without your doing the address stays "
            "unconfirmed.",
        )

    def reset_password(
        self, name: str, *, link_base: str, token: str, expires_in: timedelta
    ) -> tuple[str, str]:
        return "Choose a new password", paragraphs(
            _greeting(name),
            "a new password was asked for. To choose one, open",
            *_way(link_base, "reset-password", token, expires_in),
            "If it was not you, ignore this letter: your password stays as it is.",
        )

    def password_changed(self, name: str) -> tuple[str, str]:
        return "Your password was changed", paragraphs(
            _greeting(name),
            "the password of your account was changed. If it was you, there is nothing to do.",
            "If it was not you, somebody else has your account: ask for a new password at once.",
        )

    def invitation(
        self,
        *,
        organizer_name: str,
        inviter_name: str,
        role: str,
        link_base: str,
        token: str,
        expires_in: timedelta,
    ) -> tuple[str, str]:
        return "You are invited to join an organizer", paragraphs(
            "Hello,",
            f"{quoted(inviter_name)} invites you to join the organizer {quoted(organizer_name)} "
            f"as {printable(role)}. To accept, open",
            *_way(link_base, "accept-invitation", token, expires_in),
            "If you do not know them, ignore this letter: nobody joins without accepting.",
        )


def _greeting(name: str) -> str:
    shown = printable(name)
    return f"Hello {shown}," if shown else "Hello,"


def _way(link_base: str, page: str, token: str, expires_in: timedelta) -> tuple[str, ...]:
    return (
        link(link_base, page, token),
        "or use this token with the API:",
        token,
        f"Both work once, and for {span(expires_in, _UNITS)}. Show them to nobody.",
    )
