"""Arrays as one text: PostgreSQL reads the very values that were written."""

from uuid import UUID

import pytest

from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM
from infrastructure.postgres.literals import literal_of

TEXTS = [
    *("", "plain", "NULL", "null", None, " space ", "a,b", "{}", "{a}", "'", "''", "$1", "--"),
    *(
        '"',
        '""',
        "\\",
        "\\\\",
        '\\"',
        '"\\',
        "\\n",
        "\n",
        "\t\r\x01\x7f",
        "ä",
        "\U0001f600",
        "\u2028",
    ),
    '{"a": ["\\"", "\\\\"], "b": "\\u0041\\n"}',
]


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("text", TEXTS),
        ("bytea", [b"", b"\0", b'\\"x', bytes(range(256))]),
        ("uuid", [UUID(int=0), UUID(int=2**128 - 1), None]),
        ("int", [0, -1, 2**31 - 1, None]),
        ("bool", [True, False, None]),
        ("text", []),
    ],
)
async def test_what_is_written_is_read(
    contract_database: Database, type_: str, values: list[object]
) -> None:
    (row,) = await contract_database.fetch(
        f"SELECT $1::text::{type_}[] AS read", literal_of(type_, values), as_=SYSTEM
    )
    assert row["read"] == values


@pytest.mark.parametrize(("type_", "value"), [("text", 1), ("text", b"x"), ("bytea", "x")])
def test_values_of_other_types(type_: str, value: object) -> None:
    with pytest.raises(TypeError):
        literal_of(type_, [value])
