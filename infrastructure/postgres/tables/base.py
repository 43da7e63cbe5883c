"""What every table shares: names of constraints, and columns that recur."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    Text,
    Uuid,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def uuid(name: str, *, primary_key: bool = False, null: bool = False) -> Column[UUID]:
    return Column(name, Uuid, primary_key=primary_key, nullable=null)


def text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def moment(name: str, *, null: bool = False) -> Column[datetime]:
    """An absolute moment, in microseconds."""
    return Column(name, DateTime(timezone=True), nullable=null)


def count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def amount(name: str) -> Column[int]:
    """Money in minor units."""
    return Column(name, BigInteger, nullable=False)


def version() -> Column[int]:
    """Counts the saved changes of an aggregate, from 1."""
    return Column("version", Integer, nullable=False)


def one_of(column: str, values: Iterable[Enum]) -> CheckConstraint:
    """Only the states the domain knows."""
    names = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({names})", name=column)
