"""Rate limits as the pipeline applies them: to whom, to what, and in which order."""

from dataclasses import dataclass, replace

import pytest

from application.errors import RateLimited, TokenInvalid, UserRequired
from application.limits import WriteLimits, network_of
from application.messages import ANONYMOUS, Actor, ActorKind, Context, Query
from application.pipeline import Operation
from application.policy import Rule
from application.ports.limits import Limit
from tests.application.stage import (
    GUEST_TOKEN,
    KEY,
    OPEN,
    ROOT_TOKEN,
    TOKEN,
    USER,
    USERS,
    Buy,
    Greet,
    Stage,
    call,
)

ACTOR = Limit(name="actor", quota=3, window_seconds=60)
ADDRESS = Limit(name="address", quota=5, window_seconds=60)
STRANGERS = Limit(name="strangers", quota=2, window_seconds=60)
BUYERS = Limit(name="buyers", quota=1, window_seconds=3600)
LIMITS = WriteLimits(per_actor=ACTOR, per_address=ADDRESS, anonymous_per_address=STRANGERS)
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
ANYBODY = Rule(kinds=frozenset(kind for kind in ActorKind if kind is not ActorKind.SYSTEM))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Query[str]):
    pass


@pytest.fixture
async def stage() -> Stage:
    return await Stage(limits=LIMITS).open()


async def greet(stage: Stage, ctx: Context, rule: Rule = ANYBODY) -> Context:
    await stage.operation(rule=rule)(Greet(), ctx)
    return ctx


async def test_what_is_left_is_told(stage: Stage) -> None:
    told = []
    for _ in range(2):
        ctx = await greet(stage, call(address=HERE))
        told.append([(each.limit.name, each.remaining) for each in ctx.reply.allowances])
    assert told == [[("actor", 2), ("address", 4)], [("actor", 1), ("address", 3)]]


async def test_too_many_are_refused(stage: Stage) -> None:
    for _ in range(3):
        await greet(stage, call(address=HERE))
    late = call(address=HERE)
    with pytest.raises(RateLimited) as refused:
        await greet(stage, late)
    assert refused.value.metadata == {"limit": "actor"}
    assert refused.value.retry_after == 20
    assert [(each.limit.name, each.remaining) for each in late.reply.allowances] == [
        ("actor", 0),
        ("address", 2),
    ], "told to those who are refused too, and nothing was counted"
    assert len(stage.contexts) == 3
    assert stage.watcher.refusals == [refused.value]


async def test_an_address_has_a_limit_for_all_of_it(stage: Stage) -> None:
    for token in (TOKEN, ROOT_TOKEN, KEY, GUEST_TOKEN, TOKEN):
        await greet(stage, call(token, address=HERE))
    with pytest.raises(RateLimited) as refused:
        await greet(stage, call(ROOT_TOKEN, address=HERE))
    assert refused.value.metadata == {"limit": "address"}
    await greet(stage, call(ROOT_TOKEN, address=ELSEWHERE))
    await greet(stage, call(KEY, address=None))


async def test_strangers_count_by_their_address_alone(stage: Stage) -> None:
    for _ in range(2):
        ctx = await greet(stage, call(None, address=HERE), OPEN)
    assert [each.limit.name for each in ctx.reply.allowances] == ["address", "strangers"]
    with pytest.raises(RateLimited) as refused:
        await greet(stage, call(TOKEN, address=HERE), OPEN)
    assert refused.value.metadata == {"limit": "strangers"}, "who one is does not matter there"
    await greet(stage, call(None, address=ELSEWHERE), OPEN)
    await greet(stage, call(TOKEN, address=HERE))
    for _ in range(9):
        await greet(stage, call(None), OPEN)


async def test_who_is_refused_before_is_not_counted(stage: Stage) -> None:
    for credentials, rule, refusal in (
        ("nonsense", USERS, TokenInvalid),
        (GUEST_TOKEN, USERS, UserRequired),
    ):
        with pytest.raises(refusal):
            await greet(stage, call(credentials, address=HERE), rule)
    assert stage.limiter.taken == []


async def test_limits_come_before_the_key_and_the_shape(stage: Stage) -> None:
    """A face reads the shape after `admit`."""
    for _ in range(3):
        await greet(stage, call())
    for key in (None, "bad"):
        with pytest.raises(RateLimited):
            await stage.operation(Buy).admit(call(key=key))


async def test_once_admitted_a_call_is_counted_once(stage: Stage) -> None:
    operation = stage.operation()
    await operation(Greet(), await operation.admit(call()))
    assert len(stage.limiter.taken) == 1


async def test_queries_and_the_system_are_not_counted(stage: Stage) -> None:
    async def look(query: Look, ctx: Context) -> str:
        return "seen"

    queries = Operation(
        name="Look", message=Look, answers=str, handle=look, rule=USERS, pipeline=stage.pipeline
    )
    for _ in range(9):
        ctx = call(address=HERE)
        await queries(Look(), ctx)
        assert ctx.reply.allowances == ()
        await greet(stage, Context.system("r-2"))
    assert stage.limiter.taken == []


async def test_new_buyers_have_a_limit_of_their_own() -> None:
    """Whoever makes one for somebody else (an organizer's key) is somebody already."""
    stage = await Stage(limits=WriteLimits(new_buyers_per_address=BUYERS)).open()
    makes_buyers = replace(ANYBODY, makes_buyers=True)
    await greet(stage, call(None, address=HERE), makes_buyers)
    for rule in (makes_buyers, replace(OPEN, makes_buyers=True)):
        with pytest.raises(RateLimited) as refused:
            await greet(stage, call(None, address=HERE), rule)
        assert refused.value.metadata == {"limit": "buyers"}
        assert refused.value.retry_after == 3600
    await greet(stage, call(None, address=ELSEWHERE), makes_buyers)
    await greet(stage, call(None, address=HERE), ANYBODY)
    for credentials in (KEY, TOKEN):
        ctx = await greet(stage, call(credentials, address=HERE), makes_buyers)
        assert ctx.reply.allowances == ()


async def test_what_takes_stock_is_limited_strictly(stage: Stage) -> None:
    for takes_stock in (True, False):
        await greet(stage, call(), replace(USERS, takes_stock=takes_stock))
    assert [strict for _, strict in stage.limiter.taken] == [True, False]


async def test_without_limits_nobody_is_asked() -> None:
    stage = await Stage().open()
    for _ in range(9):
        ctx = await greet(stage, call(address=HERE))
        assert ctx.reply.allowances == ()
    assert stage.limiter.taken == []


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (None, None),
        ("", None),
        ("unknown", None),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_what_is_one_place(address: str | None, place: str | None) -> None:
    assert network_of(address) == place


def test_what_counts() -> None:
    user = replace(ANONYMOUS, kind=ActorKind.USER, user_id=USER)
    ctx = Context(request_id="r", address=HERE)
    limits = replace(LIMITS, new_buyers_per_address=BUYERS)

    def uses(actor: Actor, *, makes_buyers: bool) -> list[tuple[Limit, str]]:
        found = limits.uses(actor, ctx, makes_buyers=makes_buyers)
        return [(use.limit, use.bucket) for use in found]

    for makes_buyers in (True, False):
        assert uses(user, makes_buyers=makes_buyers) == [(ACTOR, str(USER)), (ADDRESS, HERE)]
    strangers = [(ADDRESS, HERE), (STRANGERS, HERE)]
    assert uses(ANONYMOUS, makes_buyers=False) == strangers
    assert uses(ANONYMOUS, makes_buyers=True) == [*strangers, (BUYERS, HERE)]
    assert WriteLimits().uses(user, ctx, makes_buyers=True) == []
