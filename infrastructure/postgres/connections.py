"""Types of the driver, named once. They are generic for the type checker only, hence the quotes."""

from typing import TypeAlias, Union

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Record: TypeAlias = asyncpg.Record
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Lent: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
"""A connection of the pool, to be given back."""
Connection: TypeAlias = Union[
    "asyncpg.Connection[asyncpg.Record]", "PoolConnectionProxy[asyncpg.Record]"
]

__all__ = ["Connection", "Lent", "Pool", "PoolConnectionProxy", "Record", "is_gone"]


def is_gone(connection: Connection) -> bool:
    """Whether it is closed. The pool takes a lent connection away when that happens, and then the
    driver refuses even this question."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True
