"""Adapters of which the settings choose one, or say how it is."""

import sys
from contextlib import AsyncExitStack

from application.ports.limits import RateLimiter
from application.ports.mail import Mailer
from core.settings import Settings
from infrastructure.mail.console import ConsoleMailer
from infrastructure.mail.files import FileMailer
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.webhooks.guard import Guard
from infrastructure.webhooks.sender import HttpWebhookSender
from shared.addresses import networks


def secrets_of(settings: Settings) -> list[str]:
    """The newest first: with it everything new is signed."""
    previous = settings.secret_key_previous
    older = [previous.get_secret_value()] if previous else []
    return [settings.secret_key.get_secret_value(), *older]


def rate_limiter(settings: Settings, stack: AsyncExitStack) -> RateLimiter:
    own = MemoryRateLimiter()
    if settings.redis.url is None:
        return own

    from infrastructure.redis.limits import RedisRateLimiter  # its driver: for those who use it

    shared = RedisRateLimiter(
        settings.redis.url.get_secret_value(),
        prefix="holdfast:limits:",
        fallback=own,
        timeout_seconds=settings.redis.timeout_seconds,
    )
    stack.push_async_callback(shared.close)
    return shared


def webhook_sender(settings: Settings, stack: AsyncExitStack) -> HttpWebhookSender:
    chosen = settings.webhooks
    guard = Guard(
        allow_http=chosen.allow_http,
        networks=networks(chosen.allowed_networks),
        ports=frozenset(chosen.allowed_ports),
    )
    sender = HttpWebhookSender(guard, timeout_seconds=chosen.timeout_seconds)
    stack.push_async_callback(sender.close)
    return sender


def chosen_mailer(settings: Settings) -> Mailer:
    chosen = settings.mail
    match chosen.chosen:
        case "smtp" if chosen.smtp_host is not None:
            from infrastructure.mail.smtp import SmtpMailer  # as above

            password = chosen.smtp_password
            return SmtpMailer(
                chosen.smtp_host,
                chosen.smtp_port,
                sender=chosen.sender,
                user=chosen.smtp_user,
                password=password.get_secret_value() if password else None,
                tls=chosen.smtp_tls,
                timeout=chosen.smtp_timeout_seconds,
            )
        case "console":
            return ConsoleMailer(sys.stderr)
        case _:
            return FileMailer(settings.data_dir / "mail", sender=chosen.sender)
