"""Statements put together at run time: built with SQLAlchemy Core, performed by asyncpg."""

from sqlalchemy import Dialect, Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect

_DIALECT: Dialect = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped


def compiled(statement: Select[tuple[object, ...]]) -> tuple[str, list[object]]:
    """The SQL with `$1`-style parameters, and their values in order."""
    made = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return made.string, [made.params[name] for name in made.positiontup or ()]
