"""The provider itself: calls with idempotency keys, and what happens as time passes."""

import hashlib
import json
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID

from infrastructure.simulated import message, rules
from infrastructure.simulated.errors import NoAnswer, Refused
from infrastructure.simulated.faults import Action, Fault, Faults, no_faults
from infrastructure.simulated.intent import (
    ALL_METHODS,
    Dispute,
    DisputeState,
    Intent,
    Refund,
    State,
)
from infrastructure.simulated.ledger import Entry, Totals
from infrastructure.simulated.rules import Change
from infrastructure.simulated.storage import Answer, Delivery, Record, Storage, Transaction

_BATCH = 100

Act = Callable[[Transaction, bool], Awaitable[Record]]
"""What a call does; with True it is to be refused."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """What a shop asks to have authorized; `amount` in minor units."""

    payment_id: UUID
    order_id: UUID
    amount: int
    currency: str
    method: str
    description: str
    live: bool = True


class SimulatedProvider:
    """Calls may raise Refused (wrong, no effect) and NoAnswer (nobody knows).

    `public_url` is where `pages.approval_app` can be reached from outside, `late` how long late
    methods take. A webhook is sent up to `jitter` after its event, so that they overtake each
    other. `clock`, `chance` and `faults` are for tests.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        public_url: str,
        late: timedelta = timedelta(seconds=1),
        jitter: timedelta = timedelta(),
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
        faults: Faults = no_faults,
    ) -> None:
        self._storage = storage
        self._public_url = public_url.rstrip("/")
        self._late = late
        self._jitter = jitter
        self._clock = clock
        self._chance = chance
        self._faults = faults

    async def authorize(self, payment: NewPayment, *, key: str) -> Answer:
        method = ALL_METHODS.get(payment.method)
        if method is None:
            raise Refused("unknown_method")
        if payment.amount <= 0:
            raise Refused("amount_out_of_range")

        async def act(transaction: Transaction, refuse: bool) -> Record:
            return self._record(self._start(payment, refuse), key)

        lost = method.first_answer_lost
        return await self._once(Action.AUTHORIZE, key, astuple(payment), act, first_lost=lost)

    async def find(self, payment_id: UUID, *, live: bool = True) -> Answer | None:
        self._may_fail(Action.FIND)
        intent = await self._intent_of(payment_id, live)
        return None if intent is None else self._answer(intent)

    async def find_refund(
        self, payment_id: UUID, refund_id: UUID, *, live: bool = True
    ) -> Refund | None:
        self._may_fail(Action.FIND_REFUND)
        intent = await self._intent_of(payment_id, live)
        refunds = intent.refunds if intent else ()
        return next((each for each in refunds if each.refund_id == refund_id), None)

    async def disputes(self, payment_id: UUID, *, live: bool = True) -> Sequence[Dispute]:
        """Oldest first."""
        self._may_fail(Action.LIST)
        intent = await self._intent_of(payment_id, live)
        found = intent.disputes if intent else ()
        return [each for each in found if each.state is not DisputeState.COMING]

    async def moved(self, *, live: bool, since: datetime, until: datetime) -> Sequence[Entry]:
        """The ledger of one mode from `since` (inclusive) to `until` (exclusive)."""
        self._may_fail(Action.LIST)
        return await self._storage.moved(live=live, since=since, until=until)

    async def missed(self, *, since: datetime) -> Sequence[bytes]:
        """The bodies of webhooks that could not be delivered."""
        self._may_fail(Action.LIST)
        return [each.body for each in await self._storage.missed(since=since)]

    async def capture(
        self, reference: str, *, amount: int, currency: str, key: str, live: bool = True
    ) -> Answer:
        """Answers how the intent stands then; it is untouched unless it was authorized."""

        async def act(transaction: Transaction, refuse: bool) -> Record:
            intent = await self._get(transaction, reference, live)
            if currency != intent.currency:
                raise Refused("currency_differs")
            if not 0 < amount <= intent.amount:
                raise Refused("amount_out_of_range")
            failure = "capture_refused" if refuse else None
            change = rules.capture(
                intent, amount=amount, failure=failure, late=self._late, at=self._clock()
            )
            return self._record(change or intent, key)

        return await self._once(Action.CAPTURE, key, (reference, amount, currency), act)

    async def cancel(self, reference: str, *, key: str, live: bool = True) -> Answer:
        """Answers how the intent stands then."""

        async def act(transaction: Transaction, refuse: bool) -> Record:
            intent = await self._get(transaction, reference, live)
            change = None if refuse else rules.cancel(intent, at=self._clock())
            return self._record(change or intent, key)

        return await self._once(Action.CANCEL, key, (reference,), act)

    async def refund(
        self,
        reference: str,
        *,
        refund_id: UUID,
        amount: int,
        currency: str,
        key: str,
        live: bool = True,
    ) -> Answer:
        """Its `refund` says what became of it; `failure` there: why not, for good."""

        async def act(transaction: Transaction, refuse: bool) -> Record:
            intent = await self._get(transaction, reference, live)
            if currency != intent.currency:
                raise Refused("currency_differs")
            if amount <= 0:
                raise Refused("amount_out_of_range")
            if any(each.refund_id == refund_id for each in intent.refunds):
                raise Refused("refund_exists")
            change = rules.refund(
                intent,
                refund_id=refund_id,
                reference=f"re_{secrets.token_hex(12)}",
                amount=amount,
                failure="refund_refused" if refuse else None,
                late=self._late,
                at=self._clock(),
            )
            record = self._record(change, key)
            answer = replace(self._answer(change.intent), refund=change.intent.refunds[-1])
            return replace(record, answer=answer)

        content = (reference, refund_id, amount, currency)
        return await self._once(Action.REFUND, key, content, act)

    async def dispute(self, reference: str) -> bool:
        """The payer complains at once; False when there is nothing to complain about."""
        reason = f"dp_{secrets.token_hex(12)}"
        return await self._happens(
            reference, lambda intent, at: rules.dispute(intent, reference=reason, at=at)
        )

    async def end_dispute(self, reference: str, *, won: bool) -> bool:
        """The payer's bank decides; False when there is nothing to decide."""
        return await self._happens(
            reference, lambda intent, at: rules.end_dispute(intent, won=won, at=at)
        )

    async def look_up(self, reference: str, token: str) -> Intent | None:
        """For the human the token was given to; None without the right one."""
        async with self._storage.transaction() as transaction:
            intent = await transaction.intent(reference)
        return intent if _opens(intent, token) else None

    async def decide(self, reference: str, token: str, *, approve: bool) -> Intent | None:
        """The human's word, which counts once; answers how the intent stands then."""
        async with self._storage.transaction() as transaction:
            intent = await transaction.intent(reference)
            if intent is None or not _opens(intent, token):
                return None
            change = rules.decide(intent, approve=approve, at=self._clock())
            if change is None:
                return intent
            await transaction.write(self._record(change))
            return change.intent

    async def tick(self) -> int:
        """Moves on what is processing and has had its time; answers how many (at most 100)."""
        async with self._storage.transaction() as transaction:
            ripe = await transaction.ripe(at=self._clock(), limit=_BATCH)
            for intent in ripe:
                await self._ripened(transaction, intent)
        return len(ripe)

    async def ledger(self) -> Sequence[Entry]:
        return await self._storage.ledger()

    async def _happens(
        self, reference: str, what: Callable[[Intent, datetime], Change | None]
    ) -> bool:
        async with self._storage.transaction() as transaction:
            intent = await transaction.intent(reference)
            change = what(intent, self._clock()) if intent else None
            if change is not None:
                await transaction.write(self._record(change))
        return change is not None

    def _may_fail(self, action: Action) -> None:
        fault = self._faults(action)
        if fault is not None:
            raise NoAnswer(fault.value)

    async def _intent_of(self, payment_id: UUID, live: bool) -> Intent | None:
        async with self._storage.transaction() as transaction:
            intent = await transaction.intent_of(payment_id)
            if intent is None or intent.live is not live:
                return None
            return await self._ripened(transaction, intent)

    async def totals(self) -> Mapping[str, Totals]:
        """By currency."""

        def currency(entry: Entry) -> str:
            return entry.currency

        entries = sorted(await self._storage.ledger(), key=currency)
        return {name: Totals.of(group) for name, group in groupby(entries, key=currency)}

    async def _once(
        self,
        action: Action,
        key: str,
        content: tuple[object, ...],
        act: Act,
        *,
        first_lost: bool = False,
    ) -> Answer:
        """One effect and one answer per key, however often and from however many it is called."""
        fault = self._faults(action)
        if fault is Fault.REQUEST_LOST:
            raise NoAnswer(fault.value)
        text = json.dumps([action.value, *content], default=str)
        fingerprint = hashlib.sha256(text.encode()).digest()
        async with self._storage.transaction() as transaction:
            stored = await transaction.claim(key, fingerprint)
            if stored is None:
                record = await act(transaction, fault is Fault.REFUSED)
                await transaction.write(record)
                answer = record.answer
            elif stored.fingerprint != fingerprint:
                raise Refused("idempotency_key_reused")
            else:
                answer = stored.answer
        if answer is None:
            raise RuntimeError(f"the call {action.value} has no answer")
        if fault is Fault.ANSWER_LOST or (first_lost and stored is None):
            raise NoAnswer(Fault.ANSWER_LOST.value)
        return answer

    def _start(self, payment: NewPayment, refuse: bool) -> Change:
        at = self._clock()
        intent = Intent(
            reference=f"sim_{secrets.token_hex(12)}",
            payment_id=payment.payment_id,
            order_id=payment.order_id,
            live=payment.live,
            amount=payment.amount,
            currency=payment.currency,
            method="decline" if refuse else payment.method,
            description=payment.description,
            state=State.PROCESSING,
            created_at=at,
            updated_at=at,
        )
        return rules.start(intent, token=secrets.token_urlsafe(24), late=self._late)

    async def _get(self, transaction: Transaction, reference: str, live: bool) -> Intent:
        intent = await transaction.intent(reference)
        if intent is None or intent.live is not live:
            raise Refused("no_such_payment")
        return await self._ripened(transaction, intent)

    async def _ripened(self, transaction: Transaction, intent: Intent) -> Intent:
        """As it is by now: nobody is told an old state because `tick` is late."""
        while (change := rules.ripen(intent, at=self._clock())) is not None:
            await transaction.write(self._record(change))
            intent = change.intent
        return intent

    def _record(self, outcome: Change | Intent, key: str | None = None) -> Record:
        """What is to be written: the change with its money and its webhook, and the answer."""
        if isinstance(outcome, Intent):
            return Record(key=key, answer=self._answer(outcome) if key else None)
        intent = outcome.intent
        event_id = f"evt_{secrets.token_hex(12)}"
        return Record(
            intent=intent,
            entries=[
                Entry(
                    reference=intent.reference,
                    payment_id=intent.payment_id,
                    kind=kind,
                    amount=amount,
                    currency=intent.currency,
                    at=intent.updated_at,
                )
                for kind, amount in outcome.movements
            ],
            delivery=Delivery(
                event_id=event_id,
                body=message.write(event_id, outcome.event, intent),
                created_at=intent.updated_at,
                due_at=intent.updated_at + self._jitter * self._chance(),
            ),
            key=key,
            answer=self._answer(intent) if key else None,
        )

    def _answer(self, intent: Intent) -> Answer:
        waits = intent.state is State.REQUIRES_ACTION
        url = f"{self._public_url}/simulated/payments/{intent.reference}?token={intent.token}"
        return Answer(
            reference=intent.reference,
            state=intent.state.value,
            failure=intent.failure,
            redirect_url=url if waits else None,
            amount=intent.amount,
            currency=intent.currency,
            payment_id=intent.payment_id,
            live=intent.live,
        )


def _opens(intent: Intent | None, token: str) -> bool:
    known = intent.token if intent else None
    return known is not None and secrets.compare_digest(known.encode(), token.encode())
