"""Settings as the rules of the application."""

from dataclasses import replace
from datetime import timedelta

from application.assembly import Rules
from application.auth.guard import GuessingDelays
from application.event.fees import Fees
from application.in_flight import CallLimits
from application.limits import WriteLimits
from application.live.room import StreamLimits
from application.mail.languages import Language
from application.ports.limits import Limit
from application.ports.retention import Kept
from core.settings import Settings
from core.settings_auth import Auth
from core.settings_limits import Limits
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import HoldTerms


def rules_of(settings: Settings, *, processes: int = 1) -> Rules:
    """What the operations have to know. Of several `processes` that count rate limits each for
    itself, each allows its share: together they allow what was set, and never more."""
    shares = 1 if settings.redis.url is not None else processes
    every = timedelta(seconds=settings.payment.completion_interval_seconds)
    hoarding = HoardingLimits(
        units=settings.holds.max_units_per_buyer,
        cooling=timedelta(hours=1),
        holds=settings.holds.max_per_ten_minutes,
        window=timedelta(minutes=10),
    )
    return Rules(
        hold_terms=HoldTerms(
            ttl=timedelta(seconds=settings.holds.ttl_seconds),
            longest=timedelta(seconds=settings.holds.max_ttl_seconds),
        ),
        hoarding=hoarding,
        hoarding_unverified=replace(hoarding, units=settings.holds.max_units_per_unverified_buyer),
        fees=Fees(
            name=settings.platform.fee_name,
            basis_points=settings.platform.fee_basis_points,
            per_ticket=settings.platform.fee_per_ticket,
        ),
        refunds_per_second=settings.payment.refunds_per_second,
        webhooks_kept=timedelta(days=settings.webhooks.kept_days),
        payment_extension=timedelta(seconds=settings.holds.payment_extension_seconds),
        key_wait=timedelta(seconds=settings.idempotency.wait_seconds),
        kept=Kept(
            holds=timedelta(days=settings.retention.holds_days),
            facts=timedelta(days=settings.retention.outbox_days),
            keys=timedelta(hours=settings.idempotency.ttl_hours),
        ),
        sweep_every=timedelta(seconds=settings.holds.sweep_interval_seconds),
        work_every=every,
        limits=_write_limits(settings.limits, shares),
        in_flight=CallLimits(
            per_person=settings.overload.most_per_caller or None,
            per_key=settings.overload.most_per_api_key or None,
            in_all=settings.overload.most_under_way,
        ),
        streams=StreamLimits(
            per_person=settings.live.most_per_caller,
            per_key=settings.live.most_per_api_key,
            in_all=settings.live.most,
            longest=timedelta(seconds=settings.live.longest_seconds),
            recheck=timedelta(seconds=settings.live.recheck_seconds),
        ),
        guessing=_guessing(settings.auth),
        session_lasts=timedelta(seconds=settings.auth.refresh_token_ttl_seconds),
        verification_lasts=timedelta(seconds=settings.auth.email_proof_ttl_seconds),
        reset_lasts=timedelta(seconds=settings.auth.password_reset_ttl_seconds),
        invitation_lasts=timedelta(seconds=settings.auth.invitation_ttl_seconds),
        link_base=settings.mail.link_base,
        language=Language(settings.mail.language),
    )


def _write_limits(chosen: Limits, shares: int) -> WriteLimits:
    def limit(name: str, quota: int, seconds: int = 60) -> Limit | None:
        if not quota:
            return None
        return Limit(name=name, quota=max(1, quota // shares), window_seconds=seconds)

    return WriteLimits(
        per_actor=limit("actor", chosen.writes_per_actor_per_minute),
        per_address=limit("address", chosen.writes_per_address_per_minute),
        anonymous_per_address=limit("anonymous", chosen.anonymous_writes_per_address_per_minute),
        new_buyers_per_address=limit("new-buyers", chosen.new_buyers_per_address_per_hour, 3600),
    )


def _guessing(chosen: Auth) -> GuessingDelays:
    usual, longest = GuessingDelays(), timedelta(seconds=chosen.login_longest_delay_seconds)
    return GuessingDelays(
        account=replace(
            usual.account, free=chosen.login_free_failures_per_account, longest=longest
        ),
        address=replace(
            usual.address, free=chosen.login_free_failures_per_address, longest=longest
        ),
        everybody=replace(usual.everybody, free=chosen.login_free_failures_globally),
    )
