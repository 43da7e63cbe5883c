"""What an address of a receiver has to look like here."""

from application.ports.webhooks import WebhookSender
from shared.errors import FieldInvalid, Violation


def require_reachable(url: str, sender: WebhookSender) -> None:
    """Raises FieldInvalid. Where its name leads to is looked at whenever something is sent."""
    objection = sender.objection(url.strip())
    if objection is not None:
        raise FieldInvalid(violations=[Violation(("url",), objection)])
