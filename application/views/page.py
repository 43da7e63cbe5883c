"""A page of a list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[V]):
    """`next_page_token` is empty on the last page; else it gets the next one."""

    items: tuple[V, ...]
    next_page_token: str
