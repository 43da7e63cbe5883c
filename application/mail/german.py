"""Letters about accounts in German."""

from datetime import timedelta
from typing import Final

from application.mail.letters import AccountLetters, link, paragraphs, printable, quoted, span

_UNITS: Final = (
    ("Tag", "Tage"),
    ("Stunde", "Stunden"),
    ("Minute", "Minuten"),
    ("Sekunde", "Sekunden"),
)


class GermanAccountLetters(AccountLetters):
    def verify_email(
        self, name: str, *, link_base: str, token: str, expires_in: timedelta
    ) -> tuple[str, str]:
        return "Bestätigen Sie Ihre E-Mail-Adresse", paragraphs(
            _greeting(name),
            "mit dieser E-Mail-Adresse wurde ein Konto eröffnet. Um zu bestätigen, dass es Ihre "
            "ist, öffnen Sie",
            *_way(link_base, "verify-email", token, expires_in),
            "Wenn Sie das nicht waren, beachten Sie diesen Brief nicht: ohne Ihr Zutun bleibt die "
            "Adresse unbestätigt.",
        )

    def reset_password(
        self, name: str, *, link_base: str, token: str, expires_in: timedelta
    ) -> tuple[str, str]:
        return "Wählen Sie ein neues Passwort", paragraphs(
            _greeting(name),
            "es wurde um ein neues Passwort gebeten. Um eines zu wählen, öffnen Sie",
            *_way(link_base, "reset-password", token, expires_in),
            "Wenn Sie das nicht waren, beachten Sie diesen Brief nicht: Ihr Passwort bleibt, wie "
            "es ist.",
        )

    def password_changed(self, name: str) -> tuple[str, str]:
        return "Ihr Passwort wurde geändert", paragraphs(
            _greeting(name),
            "das Passwort Ihres Kontos wurde geändert. Wenn Sie das waren, ist nichts zu tun.",
            "Wenn nicht, hat jemand anders Ihr Konto: bitten Sie sofort um ein neues Passwort.",
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
        return "Sie sind zu einem Veranstalter eingeladen", paragraphs(
            "Guten Tag,",
            f"{quoted(inviter_name)} lädt Sie zum Veranstalter {quoted(organizer_name)} ein, als "
            f"{printable(role)}. Um anzunehmen, öffnen Sie",
            *_way(link_base, "accept-invitation", token, expires_in),
            "Wenn Sie niemanden davon kennen, beachten Sie diesen Brief nicht: wer nicht annimmt, "
            "gehört nicht dazu.",
        )


def _greeting(name: str) -> str:
    shown = printable(name)
    return f"Guten Tag {shown}," if shown else "Guten Tag,"


def _way(link_base: str, page: str, token: str, expires_in: timedelta) -> tuple[str, ...]:
    return (
        link(link_base, page, token),
        "oder verwenden Sie dieses Token mit der API:",
        token,
        f"Beides gilt einmal, und {span(expires_in, _UNITS)} lang. Zeigen Sie es niemandem.",
    )
