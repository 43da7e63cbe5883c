"""Puts the product together from the ports; the container calls it, and so do tests."""

from datetime import timedelta

from application.app import Application
from application.background.expire_orders import ExpireOrders
from application.background.finish_payments import FinishPayments
from application.background.finish_refunds import FinishRefunds
from application.background.forget_keys import ForgetKeys
from application.background.forget_sessions import ForgetSessions
from application.background.job import Job
from application.background.keep_partitions import KeepPartitions
from application.background.process_inbox import ProcessInbox
from application.background.refund_cancelled_events import RefundCancelledEvents
from application.background.sweep_holds import SweepHolds
from application.wiring import mails, money, people, sale, webhooks
from application.wiring.parts import Parts, Ports, Rules

__all__ = ["Ports", "Rules", "assemble", "assemble_jobs"]


def assemble(ports: Ports, rules: Rules) -> Application:
    """Every operation, with its handler behind the one pipeline.

    Raises LookupError when an operation is not in the policy.
    """
    parts = Parts(ports, rules)
    return Application(
        auth=people.auth(parts),
        users=people.users(parts),
        guests=people.guests(parts),
        organizers=people.organizers(parts),
        members=people.members(parts),
        api_keys=people.api_keys(parts),
        events=sale.events(parts),
        holds=sale.holds(parts),
        orders=sale.orders(parts),
        tickets=sale.tickets(parts),
        attention=money.attention(parts),
        facts=sale.facts(parts),
        webhook_endpoints=webhooks.webhook_endpoints(parts),
        webhooks=sale.webhooks(parts),
    )


def assemble_jobs(ports: Ports, rules: Rules) -> tuple[Job, ...]:
    """Everything that has to happen in the background."""
    parts = Parts(ports, rules)
    begin, ids, process = ports.begin, ports.ids, parts.process
    often, sweep, hourly = rules.work_every, rules.sweep_every, timedelta(hours=1)
    return (
        Job(name="sweep_holds", every=sweep, full=200, run=SweepHolds(begin, ids, 200, 1_000)),
        Job(name="expire_orders", every=sweep, full=100, run=ExpireOrders(begin, ids, 100)),
        Job(
            name="finish_payments",
            every=often,
            full=100,
            run=FinishPayments(begin, ids, process, 100, 4),
        ),
        Job(
            name="process_inbox",
            every=often,
            full=100,
            run=ProcessInbox(begin, ids, process, parts.refunding, parts.disputes, 100),
        ),
        Job(
            name="finish_refunds",
            every=often,
            full=100,
            run=FinishRefunds(begin, ids, parts.refunding, 100, 4),
        ),
        Job(
            name="refund_cancelled_events",
            every=timedelta(seconds=1),
            full=rules.refunds_per_second + 1,  # never: there is always a pause
            run=RefundCancelledEvents(begin, ids, rules.refunds_per_second),
        ),
        *money.jobs(parts),
        *webhooks.jobs(parts),
        *mails.jobs(parts),
        Job(
            name="keep_partitions",
            every=hourly,
            full=10_000,
            run=KeepPartitions(ports.retention, rules.kept),
        ),
        Job(
            name="forget_keys",
            every=hourly,
            full=10_000,
            run=ForgetKeys(begin, ids, ports.store, rules.kept.keys),
        ),
        Job(
            name="forget_sessions",
            every=hourly,
            full=10_000,
            run=ForgetSessions(begin, ids, rules.sessions_kept),
        ),
    )
