"""Which payment providers there are, each behind its guard. The simulated one lives inside."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr
from starlette.types import ASGIApp

from application.background.job import Job
from application.payment.providers import Providers
from application.ports.observer import PaymentObserver
from application.ports.payments import Payments
from core.errors import StartError
from core.secret_key import derived
from core.settings import Settings
from infrastructure.guarded.payments import GuardedPayments, Patience
from infrastructure.offline.payments import OfflinePayments
from infrastructure.simulated.courier import WebhookCourier
from infrastructure.simulated.errors import StorageUnavailable
from infrastructure.simulated.pages import approval_app
from infrastructure.simulated.payments import NAME as SIMULATED
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.postgres import PostgresStorage
from infrastructure.simulated.provider import SimulatedProvider
from shared.errors import DatabaseUnavailable

_logger = logging.getLogger(__name__)

_SIMULATOR_ROUND = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentHouse:
    """The providers, with what the simulated one needs of its house: jobs and pages by path."""

    providers: Providers
    jobs: tuple[Job, ...]
    pages: Mapping[str, ASGIApp]


async def payment_house(
    settings: Settings,
    url: str,
    secret: str,
    *,
    rest_url: str,
    every: timedelta,
    observer: PaymentObserver,
    stack: AsyncExitStack,
) -> PaymentHouse:
    """Opened on `stack`. `secret` is that of the house, `every` how often its jobs run. Raises
    StartError where keys cannot be read."""
    chosen = settings.payment
    webhook_secret = _webhook_secret(settings, secret)
    provider, courier = await _simulator(settings, url, webhook_secret, rest_url, stack)
    adapters: list[Payments] = [
        *(OfflinePayments(live=live) for live in (True, False)),
        SimulatedPayments(provider, secret=webhook_secret, live=False),
    ]
    if chosen.default_provider == SIMULATED:  # elsewhere nobody may pay with play money
        adapters.append(SimulatedPayments(provider, secret=webhook_secret, live=True))
    try:
        for each in _real(settings):
            adapters.append(await stack.enter_async_context(each))
    except ValueError as error:  # their texts name keys, and quote none
        raise StartError(f"a payment provider cannot be used: {error}") from error
    patience = Patience(
        call=chosen.timeout_seconds,
        failures=chosen.breaker_failures,
        pause=chosen.breaker_pause_seconds,
    )
    return PaymentHouse(
        providers=Providers(
            [GuardedPayments(each, patience=patience, observer=observer) for each in adapters],
            chosen.default_provider,
        ),
        jobs=_simulator_jobs(provider, courier, every),
        pages={f"/{SIMULATED}": approval_app(provider)},
    )


def _real(settings: Settings) -> Iterator[AbstractAsyncContextManager[Payments]]:
    """Those that are configured; each with its libraries only then."""
    yield from _stripe(settings)
    yield from _alipay(settings)
    yield from _wechat(settings)


def _stripe(settings: Settings) -> Iterator[AbstractAsyncContextManager[Payments]]:
    chosen = settings.payment.stripe
    if chosen.api_key is None and chosen.key_of_tests is None:
        return

    from infrastructure.stripe.payments import StripePayments

    modes = (
        (True, chosen.api_key, chosen.webhook_secrets),
        (False, chosen.key_of_tests, chosen.secrets_of_tests),
    )
    for live, key, secrets in modes:
        if key is None:
            continue
        if not secrets:
            _logger.warning(
                "Stripe cannot tell us anything: PAYMENT__STRIPE__%sWEBHOOK_SECRETS is not set",
                "" if live else "TEST_",
            )
        yield StripePayments(
            api_key=key.get_secret_value(),
            webhook_secrets=[secret.get_secret_value() for secret in secrets],
            api_base=chosen.api_base,
            live=live,
            return_url=chosen.return_url or f"{settings.mail.link_base}/orders/{{order_id}}",
            timeout_seconds=settings.payment.timeout_seconds,
        )


def _alipay(settings: Settings) -> Iterator[AbstractAsyncContextManager[Payments]]:
    chosen = settings.payment.alipay
    if chosen.app_id is None:
        return

    from infrastructure.alipay.config import AlipayConfig
    from infrastructure.alipay.payments import AlipayPayments

    config = AlipayConfig(
        app_id=chosen.app_id,
        private_key=_text(chosen.private_key),
        alipay_public_key=chosen.alipay_public_key or "",
        seller_id=chosen.seller_id or "",
        notify_url=chosen.notify_url or "",
        gateway=chosen.gateway,
    )
    yield AlipayPayments(config, live=not chosen.sandbox)


def _wechat(settings: Settings) -> Iterator[AbstractAsyncContextManager[Payments]]:
    chosen = settings.payment.wechat
    if chosen.app_id is None:
        return

    from infrastructure.wechat.config import WechatConfig
    from infrastructure.wechat.payments import WechatPayments

    config = WechatConfig(
        app_id=chosen.app_id,
        merchant_id=chosen.merchant_id or "",
        serial=chosen.serial or "",
        private_key=_text(chosen.private_key),
        api_v3_key=_text(chosen.api_v3_key),
        platform_keys={chosen.platform_serial or "": chosen.platform_public_key or ""},
        notify_url=chosen.notify_url or "",
        api_base=chosen.api_base,
    )
    yield WechatPayments(config, live=True)


def _text(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()


def _webhook_secret(settings: Settings, secret: str) -> bytes:
    chosen = settings.payment.simulated.webhook_secret
    text = chosen.get_secret_value() if chosen else derived(secret, "simulated webhooks")
    return text.encode()


async def _simulator(
    settings: Settings, url: str, webhook_secret: bytes, rest_url: str, stack: AsyncExitStack
) -> tuple[SimulatedProvider, WebhookCourier]:
    """The provider lives behind the same roof, but on connections of its own."""
    chosen = settings.payment.simulated
    jitter = timedelta(seconds=chosen.jitter_seconds)
    storage = await stack.enter_async_context(PostgresStorage(url))
    provider = SimulatedProvider(
        storage,
        public_url=chosen.public_url or rest_url,
        late=timedelta(seconds=chosen.late_seconds),
        jitter=jitter,
    )
    courier = WebhookCourier(
        storage,
        url=chosen.webhook_url or f"{rest_url}/api/v1/payments/webhooks/{SIMULATED}",
        secret=webhook_secret,
        duplicates=chosen.duplicates,
        jitter=jitter,
    )
    return provider, await stack.enter_async_context(courier)


def _simulator_jobs(
    provider: SimulatedProvider, courier: WebhookCourier, every: timedelta
) -> tuple[Job, ...]:
    def job(name: str, run: Callable[[], Awaitable[int]]) -> Job:
        async def reachable() -> int:
            try:
                return await run()
            except StorageUnavailable as error:
                raise DatabaseUnavailable() from error

        return Job(name=name, every=every, full=_SIMULATOR_ROUND, run=reachable)

    return (
        job("simulated_provider", provider.tick),
        job("simulated_webhooks", courier.deliver),
    )
