"""What operations are put together from: ports, rules, and the one pipeline."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from application.auth.guard import GuessingDelays, PasswordGuard
from application.auth.issue import TokenIssuer
from application.authentication import Authenticator
from application.event.fees import Fees
from application.gathering import Gathering
from application.in_flight import CallLimits, CallsInFlight
from application.limits import WriteLimits
from application.live.room import StreamLimits, StreamRoom
from application.live.stream import Stream, Watch
from application.mail.languages import Language
from application.messages import Context, Message, Priority
from application.order.local_inventory import LocalInventory
from application.payment.disputes import DisputeDesk
from application.payment.pauses import Pauses
from application.payment.process import PaymentProcess
from application.payment.providers import Providers
from application.payment.refunding import RefundProcess
from application.pipeline import Operation, Pipeline, never_full
from application.policy import rule_of
from application.ports.calendars import Calendars
from application.ports.feed import Feed
from application.ports.figures import RecentFigures
from application.ports.idempotency import IdempotencyStore
from application.ports.identity import Ids, Passwords, Seals, Tokens
from application.ports.inventory import Inventory
from application.ports.limits import RateLimiter
from application.ports.log import FactLog
from application.ports.mail import Mailer
from application.ports.observer import Observer
from application.ports.retention import Kept, Retention
from application.ports.standing import Standings
from application.ports.throttle import AttemptThrottle
from application.ports.unit_of_work import Begin
from application.ports.webhooks import Vault, WebhookSender
from application.user.proofs import ProofDesk
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import HoldTerms

M = TypeVar("M", bound=Message[object])
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the container takes from the settings, or tests change."""

    hold_terms: HoldTerms = HoldTerms(ttl=timedelta(minutes=5), longest=timedelta(minutes=30))
    hoarding: HoardingLimits = HoardingLimits(
        units=100, cooling=timedelta(hours=1), holds=60, window=timedelta(minutes=10)
    )
    hoarding_unverified: HoardingLimits = HoardingLimits(
        units=100, cooling=timedelta(hours=1), holds=60, window=timedelta(minutes=10)
    )
    """For guests, and users whose address is not verified."""
    fees: Fees = Fees()
    payment_extension: timedelta = timedelta(minutes=10)
    payment_patience: timedelta = timedelta(seconds=15)
    """How long PayOrder's own process has before the background takes over."""
    pauses: Pauses = Pauses()
    refunds_per_second: int = 20
    """Of cancelled events: providers bear only so many calls."""
    key_wait: timedelta = timedelta(seconds=2)
    key_lease: timedelta = timedelta(seconds=10)
    kept: Kept = Kept(holds=timedelta(days=30), facts=timedelta(days=7), keys=timedelta(hours=72))
    sweep_every: timedelta = timedelta(seconds=1)
    work_every: timedelta = timedelta(milliseconds=250)
    limits: WriteLimits = WriteLimits()
    in_flight: CallLimits = CallLimits()
    streams: StreamLimits = StreamLimits()
    live_every: timedelta = timedelta(seconds=1)
    """How often the log is looked at for those who watch, without being woken."""
    guessing: GuessingDelays = GuessingDelays()
    session_lasts: timedelta = timedelta(days=30)
    """Without being refreshed."""
    sessions_kept: timedelta = timedelta(days=30)
    verification_lasts: timedelta = timedelta(hours=24)
    reset_lasts: timedelta = timedelta(hours=1)
    invitation_lasts: timedelta = timedelta(days=7)
    webhooks_kept: timedelta = timedelta(days=30)
    link_base: str = "http://127.0.0.1:8000"
    """What links in mails start with."""
    language: Language = Language.ENGLISH
    """Of mails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One adapter for each port."""

    begin: Begin
    store: IdempotencyStore
    tokens: Tokens
    seals: Seals
    standings: Standings
    limiter: RateLimiter
    throttle: AttemptThrottle
    passwords: Passwords
    ids: Ids
    providers: Providers
    mailer: Mailer
    calendars: Calendars
    observer: Observer
    recent: RecentFigures
    retention: Retention
    vault: Vault
    webhooks: WebhookSender
    log: FactLog
    feed: Feed
    full: Callable[[Priority], bool] = never_full
    """Whether there is no room where calls of a priority wait; told at once, without I/O."""
    inventory: Inventory | None = None
    """Where holds are kept; with None that is here."""


class Parts:
    """Ports and rules with what several operations share."""

    def __init__(self, ports: Ports, rules: Rules) -> None:
        self.ports = ports
        self.rules = rules
        self.inventory = ports.inventory or LocalInventory(ports.begin, ports.ids)
        self.refunding = RefundProcess(
            begin=ports.begin, ids=ports.ids, providers=ports.providers, pauses=rules.pauses
        )
        self.process = PaymentProcess(
            begin=ports.begin,
            ids=ports.ids,
            providers=ports.providers,
            pauses=rules.pauses,
            refunding=self.refunding,
        )
        self.disputes = DisputeDesk(begin=ports.begin, ids=ports.ids, providers=ports.providers)
        self.guard = PasswordGuard(
            throttle=ports.throttle, seals=ports.seals, delays=rules.guessing
        )
        self.issuer = TokenIssuer(tokens=ports.tokens, seals=ports.seals)
        self.proofs = ProofDesk(
            ids=ports.ids, verification=rules.verification_lasts, reset=rules.reset_lasts
        )
        self._pipeline = Pipeline(
            authenticator=Authenticator(
                tokens=ports.tokens, seals=ports.seals, standings=ports.standings
            ),
            limiter=ports.limiter,
            limits=rules.limits,
            store=ports.store,
            observer=ports.observer,
            gathering=Gathering(),
            wait=rules.key_wait,
            lease=rules.key_lease,
            in_flight=CallsInFlight(rules.in_flight),
            full=ports.full,
        )

        self._room = StreamRoom(rules.streams)

    def op(
        self, message: type[M], answers: type[R], handle: Callable[[M, Context], Awaitable[R]]
    ) -> Operation[M, R]:
        """Raises LookupError where nobody decided who may call it."""
        return Operation(
            name=message.__name__,
            message=message,
            answers=answers,
            handle=handle,
            rule=rule_of(message.__name__),
            pipeline=self._pipeline,
        )

    def stream(self, message: type[M], answers: type[R], watch: Watch[M, R]) -> Stream[M, R]:
        """Raises LookupError where nobody decided who may open it."""
        return Stream(
            door=self.op(message, answers, watch),
            watch=watch,
            feed=self.ports.feed,
            room=self._room,
        )
