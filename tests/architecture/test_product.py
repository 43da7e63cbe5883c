"""What is written is offered: every message is an operation of Application, exactly once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from types import NoneType
from typing import get_args, get_type_hints

from application.app import Application
from application.messages import ActorKind, Command, Context, KeyPolicy, Message, Query
from application.pipeline import Operation
from tests.architecture.test_values import classes


def pairs(product: type) -> list[tuple[type[Message[object]], type]]:
    """The message and the answer of each operation of `product`, a struct of groups."""
    return [
        get_args(get_type_hints(group)[operation.name])
        for group in get_type_hints(product).values()
        for operation in fields(group)
    ]


def offered(product: type) -> Counter[type]:
    """How often each message is taken by an operation of `product`."""
    return Counter(message for message, _ in pairs(product))


def keyed_for_nothing(product: type) -> list[str]:
    """An idempotency key keeps an answer; where there is none, the key cannot say it is done."""
    return [
        message.__name__
        for message, answer in pairs(product)
        if answer is NoneType and message.key_policy is not KeyPolicy.NONE
    ]


def differences(messages: Iterable[type], product: type) -> list[str]:
    wanted, found = Counter(messages), offered(product)
    return [
        *(f"{message.__name__} is offered nowhere" for message in wanted - found),
        *(f"{message.__name__} is offered twice" for message in found - wanted),
    ]


def test_every_message_is_offered_once() -> None:
    messages = [
        found
        for found in classes("application")
        if issubclass(found, Message) and found not in (Message, Command, Query)
    ]
    assert len(messages) > 10
    assert differences(messages, Application) == []


def test_what_answers_nothing_takes_no_key() -> None:
    assert keyed_for_nothing(Application) == []


def test_a_forgotten_message_is_found() -> None:
    class Wave(Command[None]):
        pass

    class Bow(Command[None]):
        pass

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Greetings:
        wave: Operation[Wave, None]

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Twice:
        wave: Operation[Wave, None]
        again: Operation[Wave, None]

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Product:
        greetings: Greetings

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Doubled:
        greetings: Twice

    assert keyed_for_nothing(Product) == ["Wave"]
    assert differences([Wave], Product) == []
    assert differences([Wave, Bow], Product) == ["Bow is offered nowhere"]
    assert differences([Wave], Doubled) == ["Wave is offered twice"]


def test_a_context_has_no_actor_of_its_own() -> None:
    """A face cannot forget to authenticate: until the pipeline decided, nobody is calling."""
    assert Context(request_id="r").actor.kind is ActorKind.ANONYMOUS
