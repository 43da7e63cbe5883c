"""What needs attention, and the jobs that keep the books."""

from datetime import timedelta

from application.app import AttentionOperations
from application.attention.list_attention import ListAttention, ListAttentionHandler
from application.attention.resolve_attention import ResolveAttention, ResolveAttentionHandler
from application.background.fetch_missed_events import FetchMissedEvents
from application.background.follow_disputes import FollowDisputes
from application.background.job import Job
from application.background.reconcile import Reconcile
from application.views.attention import AttentionView
from application.views.page import Page
from application.wiring.parts import Parts


def attention(parts: Parts) -> AttentionOperations:
    op, begin = parts.op, parts.ports.begin
    return AttentionOperations(
        list=op(ListAttention, Page[AttentionView], ListAttentionHandler(begin)),
        resolve=op(
            ResolveAttention, AttentionView, ResolveAttentionHandler(begin, parts.ports.ids)
        ),
    )


def jobs(parts: Parts) -> tuple[Job, ...]:
    """What keeps the books honest."""
    ports = parts.ports
    begin, ids, providers = ports.begin, ports.ids, ports.providers
    hourly = timedelta(hours=1)
    return (
        Job(
            name="fetch_missed_events",
            every=timedelta(minutes=5),
            full=10_000,
            run=FetchMissedEvents(begin=begin, ids=ids, providers=providers),
        ),
        Job(
            name="follow_disputes",
            every=hourly,
            full=1_000_000,
            run=FollowDisputes(begin=begin, ids=ids, desk=parts.disputes),
        ),
        Job(
            name="reconcile",
            every=hourly,
            full=1_000,
            run=Reconcile(begin=begin, ids=ids, providers=providers, observer=ports.observer),
        ),
    )
