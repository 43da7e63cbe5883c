"""Aggregates, facts, messages and views are frozen values; the domain has no other classes."""

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import NamedTuple, Protocol

import pytest

from application.messages import Message
from tests.architecture.sources import sources


def classes(*folders: str) -> Iterator[type]:
    """Every class that a module below `folders` defines."""
    for source in sources(*folders):
        name = source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for _, found in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if found.__module__ == name:
                yield found


def mutability(value: type, *, kw_only: bool = True) -> list[str]:
    """What keeps a class from being a frozen, slotted, keyword-only value."""
    name = f"{value.__module__}.{value.__qualname__}"
    if not is_dataclass(value):
        return [f"{name} is no dataclass"]
    if "__dataclass_params__" not in vars(value):
        return [f"{name} only inherits from a dataclass"]
    faults: list[str] = []
    if not vars(value)["__dataclass_params__"].frozen:
        faults.append(f"{name} is not frozen")
    if "__slots__" not in vars(value):
        faults.append(f"{name} has no slots")
    if kw_only and not all(field.kw_only for field in fields(value)):
        faults.append(f"{name} takes positional arguments")
    return faults


def is_plain(found: type) -> bool:
    """An enumeration, an error or a protocol: a class that is no value by nature."""
    return issubclass(found, Enum | Exception) or bool(getattr(found, "_is_protocol", False))


def test_the_domain_consists_of_frozen_values() -> None:
    values = [found for found in classes("domain") if not is_plain(found)]
    assert values
    assert [fault for value in values for fault in mutability(value)] == []


def test_views_are_frozen_values() -> None:
    values = [found for found in classes("application/views") if not is_plain(found)]
    assert values
    assert [fault for value in values for fault in mutability(value)] == []


def test_messages_are_frozen_values() -> None:
    messages = [found for found in classes("application") if issubclass(found, Message)]
    assert messages
    assert [fault for message in messages for fault in mutability(message)] == []


def test_dataclasses_of_the_kernel_are_frozen() -> None:
    values = [found for found in classes("shared") if is_dataclass(found)]
    assert values
    assert [fault for value in values for fault in mutability(value, kw_only=False)] == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    amount: int


@dataclass(slots=True, kw_only=True)
class Thawed:
    amount: int


@dataclass(frozen=True, kw_only=True)
class Unslotted:
    amount: int


@dataclass(frozen=True, slots=True)
class Positional:
    amount: int


class Undecorated(Good):
    pass


class Plain:
    pass


class Pair(NamedTuple):
    one: int


@pytest.mark.parametrize("value", [Thawed, Unslotted, Positional, Undecorated, Plain, Pair])
def test_anything_less_is_refused(value: type) -> None:
    assert mutability(value)


def test_a_frozen_value_passes() -> None:
    assert mutability(Good) == []
    assert mutability(Positional, kw_only=False) == []


def test_what_is_plain() -> None:
    class Color(Enum):
        RED = 1

    class Refused(Exception):
        pass

    class Port(Protocol):
        pass

    class Adapter(Port):
        pass

    assert [is_plain(found) for found in (Color, Refused, Port)] == [True, True, True]
    assert not is_plain(Adapter)
    assert not is_plain(Good)
