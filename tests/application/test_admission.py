"""Who may make a call at all, how often, and what an idempotency key looks like."""

import itertools
from dataclasses import replace

import pytest

from application.errors import (
    AccessDenied,
    IdempotencyKeyInvalid,
    IdempotencyKeyRequired,
    ScopeMissing,
    TokenInvalid,
    TokenMissing,
    UserRequired,
)
from application.messages import ANONYMOUS, SYSTEM, ActorKind, Command, Context, KeyPolicy, Message
from application.policy import Rule
from shared.errors import AppError, FieldInvalid
from tests.application.stage import (
    GUEST_TOKEN,
    KEY,
    OPEN,
    ROOT_TOKEN,
    TEST_KEY,
    TOKEN,
    USER,
    Ask,
    Buy,
    Greet,
    Stage,
    call,
)
from tests.contracts.world import new_key

CREDENTIALS = {
    ActorKind.ANONYMOUS: None,
    ActorKind.USER: TOKEN,
    ActorKind.GUEST: GUEST_TOKEN,
    ActorKind.API_KEY: KEY,
}
KINDS = [
    frozenset(kinds)
    for count in range(1, len(CREDENTIALS) + 1)
    for kinds in itertools.combinations(CREDENTIALS, count)
]


@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: "+".join(sorted(k.value for k in kinds)))
async def test_every_rule_for_everybody(stage: Stage, kinds: frozenset[ActorKind]) -> None:
    """What a rule takes is let in as what it is; all else is refused before anything happens."""
    operation = stage.operation(rule=Rule(kinds=kinds))
    for kind, credentials in CREDENTIALS.items():
        expected: ActorKind | type[AppError]
        if kinds == {ActorKind.ANONYMOUS}:
            expected = ActorKind.ANONYMOUS
        elif kind in kinds:
            expected = kind
        else:
            wrong = UserRequired if ActorKind.USER in kinds else AccessDenied
            expected = TokenMissing if credentials is None else wrong
        stage.contexts.clear()
        if isinstance(expected, ActorKind):
            assert await operation(Greet(), call(credentials)) == "Hello Ada"
            assert [ctx.actor.kind for ctx in stage.contexts] == [expected]
            continue
        with pytest.raises(expected):
            await operation(Greet(), call(credentials))
        assert stage.contexts == []
    await operation(Greet(), Context.system("r-2"))
    assert stage.contexts[-1].actor == SYSTEM


async def test_a_token_is_needed(stage: Stage) -> None:
    operation = stage.operation()
    with pytest.raises(TokenMissing):
        await operation(Greet(), call(None))
    for nonsense in ("", "nonsense", "hf_live_nonsense", "hf_live_" + "x" * 10_000):
        with pytest.raises(TokenInvalid):
            await operation(Greet(), call(nonsense))
    assert stage.contexts == []
    refused = [type(error) for error in stage.watcher.refusals]
    assert refused == [TokenMissing, *[TokenInvalid] * 4]


async def test_open_operations_look_at_no_credentials(stage: Stage) -> None:
    """Who comes with an expired token to log in again is not sent away for it."""
    for credentials in (None, "nonsense", TOKEN, KEY):
        await stage.operation(rule=OPEN)(Greet(), call(credentials))
    assert [ctx.actor for ctx in stage.contexts] == [ANONYMOUS] * 4
    with pytest.raises(TokenMissing):
        stage.contexts[0].user_id  # noqa: B018


async def test_who_shows_credentials_shows_good_ones(stage: Stage) -> None:
    """Even where none are needed, when some are taken."""
    rule = Rule(kinds=frozenset({ActorKind.ANONYMOUS, ActorKind.API_KEY}))
    with pytest.raises(TokenInvalid):
        await stage.operation(rule=rule)(Greet(), call("nonsense"))


async def test_a_key_is_for_the_operations_in_its_scopes(stage: Stage) -> None:
    rule = Rule(kinds=frozenset({ActorKind.USER, ActorKind.API_KEY}))
    for key in (KEY, TEST_KEY):
        await stage.operation(Greet, rule=rule)(Greet(), call(key))
        with pytest.raises(ScopeMissing):
            await stage.operation(Ask, rule=rule)(Ask(), call(key))
    await stage.operation(Ask, rule=rule)(Ask(), call())
    assert len(stage.contexts) == 3


async def test_some_are_for_superusers(stage: Stage) -> None:
    rule = Rule(kinds=frozenset({ActorKind.USER}), superuser=True)
    operation = stage.operation(rule=rule)
    with pytest.raises(AccessDenied):
        await operation(Greet(), call())
    with pytest.raises(UserRequired):
        await operation(Greet(), call(GUEST_TOKEN))
    await operation(Greet(), call(ROOT_TOKEN))
    assert [ctx.actor.superuser for ctx in stage.contexts] == [True]


async def test_a_face_cannot_say_who_is_calling(stage: Stage) -> None:
    """Whatever actor a context comes with, apart from the system's own, is replaced."""
    liar = replace(call(), actor=replace(ANONYMOUS, kind=ActorKind.USER, superuser=True))
    rule = Rule(kinds=frozenset({ActorKind.USER}), superuser=True)
    with pytest.raises(AccessDenied):
        await stage.operation(rule=rule)(Greet(), liar)


async def test_who_is_calling_comes_before_the_key(stage: Stage) -> None:
    with pytest.raises(TokenMissing):
        await stage.operation(Buy)(Buy(), call(None, key="bad"))
    with pytest.raises(UserRequired):
        await stage.operation(Buy)(Buy(), call(GUEST_TOKEN, key="bad"))


async def test_a_key_may_be_required(stage: Stage) -> None:
    with pytest.raises(IdempotencyKeyRequired):
        await stage.operation(Buy)(Buy(), call())
    await stage.operation(Buy)(Buy(), Context.system("r-2"))


@pytest.mark.parametrize(
    "key", ["", "x" * 15, "x" * 65, "x" * 15 + "é", "x" * 16 + "\n", "a b" * 8]
)
async def test_a_key_has_a_form(stage: Stage, key: str) -> None:
    for message in (Greet, Buy):
        with pytest.raises(IdempotencyKeyInvalid):
            await stage.operation(message)(message(), call(key=key))


@pytest.mark.parametrize("key", ["x" * 16, "x" * 64, "Az09_-" * 3])
async def test_a_good_key(stage: Stage, key: str) -> None:
    await stage.operation(Buy)(Buy(), call(key=key))
    claim = stage.contexts[0].claim
    assert claim is not None
    assert (claim.actor, claim.operation, claim.key) == (str(USER), "Buy", key)


async def test_a_key_may_mean_nothing(stage: Stage) -> None:
    operation = stage.operation(Ask)
    for key in ("short", new_key()):
        await operation(Ask(), call(key=key))
        await operation(Ask(), call(key=key))
    assert len(stage.contexts) == 4
    assert all(ctx.claim is None for ctx in stage.contexts)


async def test_who_was_admitted_is_not_asked_again(stage: Stage) -> None:
    operation = stage.operation()
    admitted = await operation.admit(call())
    await operation(Greet(), replace(admitted, credentials=None))
    assert stage.contexts[0].user_id == USER


async def test_an_admission_is_for_one_operation(stage: Stage) -> None:
    admitted = await stage.operation(Ask, rule=OPEN).admit(call(None))
    with pytest.raises(TokenMissing):
        await stage.operation()(Greet(), admitted)


async def test_a_refused_shape_is_told_to_the_observer(stage: Stage) -> None:
    error = FieldInvalid()
    stage.operation().refuse(error, call())
    assert stage.watcher.refusals == [error]


def test_what_messages_say_of_themselves() -> None:
    assert Message.key_policy is KeyPolicy.NONE and Command.key_policy is KeyPolicy.OPTIONAL
    assert not Command.keeps_refusals
