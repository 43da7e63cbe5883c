"""Adapters of which the settings choose one, or say how it is."""

import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass

from application.ports.figures import RecentFigures
from application.ports.limits import RateLimiter
from application.ports.mail import Mailer
from application.ports.user_cards import UserCards
from core.settings import Settings
from infrastructure.mail.console import ConsoleMailer
from infrastructure.mail.files import FileMailer
from infrastructure.memory.figures import MemoryRecentFigures
from infrastructure.memory.limits import MemoryRateLimiter
from infrastructure.webhooks.guard import Guard
from infrastructure.webhooks.sender import HttpWebhookSender
from shared.addresses import networks


def secrets_of(settings: Settings) -> list[str]:
    """The newest first: with it everything new is signed."""
    previous = settings.secret_key_previous
    older = [previous.get_secret_value()] if previous else []
    return [settings.secret_key.get_secret_value(), *older]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comforts:
    """What is better with Redis, and there without it. `cards`: None where nobody wants them."""

    limiter: RateLimiter
    recent: RecentFigures
    cards: UserCards | None


def comforts(settings: Settings, stack: AsyncExitStack) -> Comforts:
    """One server for all of them: what one learns of its health, the others know."""
    own, recent = MemoryRateLimiter(), MemoryRecentFigures()
    chosen = settings.redis
    if chosen.url is None:
        return Comforts(limiter=own, recent=recent, cards=None)

    # Their driver is for those who use it.
    from infrastructure.redis.figures import RedisRecentFigures
    from infrastructure.redis.limits import RedisRateLimiter
    from infrastructure.redis.server import RedisServer
    from infrastructure.redis.user_cards import RedisUserCards

    server = RedisServer(chosen.url.get_secret_value(), timeout_seconds=chosen.timeout_seconds)
    stack.push_async_callback(server.close)
    figures = RedisRecentFigures(server, prefix="holdfast:figures:", own=recent)
    stack.push_async_callback(figures.close)
    return Comforts(
        limiter=RedisRateLimiter(server, prefix="holdfast:limits:", fallback=own),
        recent=figures if chosen.figures else recent,
        cards=RedisUserCards(server, prefix="holdfast:users:") if chosen.users else None,
    )


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
