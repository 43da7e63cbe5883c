"""Where it all happens: one database, one provider, processes that come and go, and the post."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import TypeVar

from application.app import Application
from application.background.job import Job
from application.messages import Context
from application.payment.receive_webhook import ReceiveWebhook
from domain.charges import Fee
from domain.event.event import Event, EventDetails
from domain.event.ticket_type import TicketTypeSpec
from domain.order.order import OrderState
from infrastructure.memory.database import MemoryDatabase
from infrastructure.simulated.faults import Action, Fault
from infrastructure.simulated.memory import MemoryStorage
from infrastructure.simulated.payments import SimulatedPayments
from infrastructure.simulated.provider import SimulatedProvider
from infrastructure.simulated.signature import HEADER, sign
from infrastructure.simulated.storage import Delivery, Outcome
from shared.errors import AppError, Code
from shared.ids import EventId, PoolId, TicketTypeId
from tests.application.payment.dying import Death
from tests.contracts.world import STARTS_AT, Caller, Sale, new_key
from tests.random.process import Process
from tests.random.virtual import SeededIds, VirtualClock

T = TypeVar("T")

SECRET = b"a secret the provider and the shop share"
FAULTS = 0.2
"""The share of calls that go wrong at the provider."""
_MOMENTARY = (Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED)
_PRICES = {"EUR": (100, 1250, 4999), "JPY": (500, 3300), "KWD": (1501, 12_345)}
_RATES = (0, 700, 1900, 2500)
_RARELY = timedelta(minutes=1)


class Market:
    """`chance` decides about everything. Call `open` first."""

    owner: Caller
    street: Process
    """Where people come from; nothing happens to it."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.clock = VirtualClock(asyncio.get_running_loop().time)
        self.database = MemoryDatabase(self.clock)
        self.tables = self.database.tables
        self.ids = SeededIds(chance)
        self.storage = MemoryStorage()
        self.provider = SimulatedProvider(
            self.storage,
            public_url="http://shop.test",
            late=timedelta(seconds=chance.choice([3, 90, 400])),
            clock=self.clock.now,
            chance=chance.random,
            faults=self._weather,
        )
        self.payments = SimulatedPayments(self.provider, secret=SECRET, clock=self.clock.now)
        self.drops_webhooks = seed % 3 == 0
        self.sales: list[Sale] = []
        self.processes: list[Process] = []
        self.bugs: list[BaseException] = []
        self.patience = 6.0
        """The longest the background sleeps, in seconds."""
        self.is_fair_weather = False
        self._people: set[asyncio.Task[None]] = set()
        self._staff: list[asyncio.Task[None]] = []
        self._ran: dict[str, datetime] = {}

    async def open(self) -> None:
        """Everything that works by itself begins to."""
        for _ in range(self.chance.choice([1, 2])):
            self._staff.append(asyncio.create_task(self._supervise()))
        self._staff.append(asyncio.create_task(self._post()))
        self.street = Process(self.database, [], self.ids, self.chance, last=None)
        self.owner = await self.street.user()
        await self.street.organizer(self.owner)
        for _ in range(2):
            await self.another_event()

    async def close(self) -> None:
        for task in self._staff:
            task.cancel()
        outcomes = await asyncio.gather(*self._staff, return_exceptions=True)
        self.bugs += [each for each in outcomes if isinstance(each, Exception)]

    async def another_event(self) -> Sale:
        """Drawn: prices, taxes, fees, and how much there is to sell."""
        chance = self.chance
        currency = chance.choice(["EUR", "EUR", "JPY", "KWD"])
        kinds = [
            TicketTypeSpec(
                id=TicketTypeId(self.ids.uuid()),
                own_pool_id=PoolId(self.ids.uuid()),
                name=name,
                price_amount=0 if name == "Free" else chance.choice(_PRICES[currency]),
                price_currency=currency,
                capacity=chance.choice([4, 12, 30]),
                max_per_order=10,
                pools=(),
                tax_rate_basis_points=chance.choice(_RATES),
            )
            for name in ("Standing", "Seated", "Free")
        ]
        event = Event.draft(
            id=EventId(self.ids.uuid()),
            organizer_id=self.owner.memberships[0].organizer_id,
            details=EventDetails(
                name="Concert",
                description="",
                venue="",
                timezone="Europe/Berlin",
                starts_at=STARTS_AT,
                ends_at=STARTS_AT + timedelta(hours=2),
                max_per_buyer=None,
                offline_payment_hours=1,
            ),
            currency=currency,
            prices_include_tax=chance.random() < 0.5,
            fee=Fee(
                basis_points=chance.choice([0, 250, 333]),
                per_ticket=chance.choice([0, 0, 35]),
                passed_on=chance.random() < 0.5,
            ),
            pools=(),
            ticket_types=kinds,
            at=self.clock.now(),
        ).publish(at=self.clock.now())
        async with self.database.begin(Context.system("open")) as work:
            work.events.add(event)
            await work.commit(None)
        self.sales.append(Sale(event))
        return self.sales[-1]

    async def cancel_event(self, event_id: EventId) -> None:
        async with self.database.begin(Context.system("call off")) as work:
            event = await work.events.get(event_id)
            assert event is not None
            work.events.save(event.cancel(at=await work.now()))
            await work.commit(None)
        self.seen["events cancelled"] += 1

    def someone(self, doing: Coroutine[object, object, None]) -> None:
        """Does something in the course of time."""
        task = asyncio.ensure_future(doing)
        self._people.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: "asyncio.Task[None]") -> None:
        self._people.discard(task)
        if (error := task.exception()) is not None:
            self.bugs.append(error)

    async def all_have_gone(self) -> None:
        while self._people:
            await asyncio.sleep(5)

    async def process(self) -> Process:
        """One that runs."""
        while not (running := [each for each in self.processes if not each.is_dead]):
            await asyncio.sleep(0.5)
        return self.chance.choice(running)

    async def ask(
        self, caller: Caller, call: Callable[[Application, Context], Awaitable[T]]
    ) -> T | None:
        """With one key, until there is an answer or a refusal that is not about the moment. The
        caller may lose patience; nobody tells what became of it then."""
        key = new_key()
        for _ in range(8):
            process = await self.process()
            try:
                return await call(process.application, caller.ctx(key))
            except Death:
                self.seen["calls that found death"] += 1
            except AppError as refusal:
                self.seen[f"refused: {refusal.reason}"] += 1
                if refusal.code is Code.INTERNAL:
                    raise
                if refusal.code not in _MOMENTARY or refusal.reason == "PAYMENT_IN_PROGRESS":
                    return None
            if self.chance.random() < 0.2:
                return None
            await asyncio.sleep(self.chance.uniform(1, 12))
        return None

    def unfinished(self) -> list[object]:
        """What is not at its end."""
        tables = self.tables
        return [
            *(each for each in tables.payments.values() if each.is_open or each.due_at),
            *(
                each
                for each in tables.orders.values()
                if each.state in (OrderState.PENDING_PAYMENT, OrderState.COMMITTING)
            ),
            *(each for each in tables.refunds.values() if each.is_open or each.due_at),
            *(row for row in tables.inbox.values() if row.processed_at is None),
            *(each for each in tables.holds.values() if each.state.name == "ACTIVE"),
        ]

    def _weather(self, action: Action) -> Fault | None:
        if self.is_fair_weather or self.chance.random() >= FAULTS:
            return None
        fault = self.chance.choice(list(Fault))
        self.seen[f"fault: {action.value} {fault.value}"] += 1
        return fault

    async def _supervise(self) -> None:
        """Starts a process whenever the last one has died; in most lives there is an end."""
        while True:
            last = self.chance.choice([20, 60, 200, 1000])
            process = Process(
                self.database,
                [self.payments],
                self.ids,
                self.chance,
                last=None if self.is_fair_weather else self.chance.randint(1, last),
            )
            self.processes.append(process)
            await self._work(process)
            self.seen["deaths"] += 1
            self.processes.remove(process)
            self.bugs += [each for each in process.observer.bugs if isinstance(each, Exception)]
            await asyncio.sleep(self.chance.uniform(0.5, 10))

    async def _work(self, process: Process) -> None:
        """Its background, until it is dead; it looks less and less often while nothing is to do."""
        pause = 0.1
        while True:
            done = 0
            for job in process.jobs:
                if job.every > _RARELY and not self._is_time(job):
                    continue
                try:
                    done += await job.run()
                except Death:
                    self.seen["jobs that found death"] += 1
                if process.is_dead:
                    return
            pause = 0.1 if done else min(pause * 2, self.patience)
            await asyncio.sleep(pause * self.chance.uniform(0.5, 1.5))
            if process.is_dead:
                return

    def _is_time(self, job: Job) -> bool:
        """For what is done now and then, by whoever comes first."""
        now, last = self.clock.now(), self._ran.get(job.name)
        if last is not None and now - last < job.every:
            return False
        self._ran[job.name] = now
        return True

    async def _post(self) -> None:
        """What becomes of webhooks: lost, late, twice, given up, in any order."""
        while True:
            await self.provider.tick()
            now = self.clock.now()
            sent = list(await self.storage.due(at=now, lease_until=now, limit=1000))
            self.chance.shuffle(sent)
            for each in sent:
                await self._send(each)
            await asyncio.sleep(self.chance.uniform(0.1, min(self.patience, 120)))

    async def _send(self, each: Delivery) -> None:
        luck = self.chance.random()
        if self.drops_webhooks:
            self.seen["webhooks dropped"] += 1
            outcome = Outcome(event_id=each.event_id, acknowledged=True, due_at=None)
        elif luck < 0.1:
            self.seen["webhooks given up"] += 1
            outcome = Outcome(event_id=each.event_id, acknowledged=False, due_at=None)
        else:
            taken = luck > 0.2 and await self._receive(each)
            again = not taken or luck > 0.8
            self.seen["webhooks repeated"] += again
            wait = timedelta(seconds=self.chance.uniform(1, 90))
            due_at = self.clock.now() + wait if again else None
            outcome = Outcome(event_id=each.event_id, acknowledged=taken, due_at=due_at)
        await self.storage.settle([outcome])

    async def _receive(self, each: Delivery) -> bool:
        """Whether it was acknowledged."""
        headers = {HEADER: sign(SECRET, each.body, at=self.clock.now())}
        command = ReceiveWebhook(provider="simulated", body=each.body, headers=headers)
        process = await self.process()
        try:
            await process.application.webhooks.receive(command, Context(request_id="webhook"))
        except Death:
            return False
        self.seen["webhooks taken"] += 1
        return True
