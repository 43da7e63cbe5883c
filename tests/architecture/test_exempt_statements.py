"""Statements that the second wall does not stop are listed, with a reason each."""

import re
from pathlib import Path

from infrastructure.postgres.group import look, parts

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(r"session\.\w+\((?:[^()]|\([^()]*\))*?as_=Role\.SYSTEM")


def exempt() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "infrastructure" / "postgres").glob("*.py"):
        for call in CALL.finditer(file.read_text()):
            statement = re.search(r"\(\s*(\w+)", call[0])
            assert statement is not None
            found.add(f"{file.stem}.{statement[1]}")
    return found


def listed(heading: str) -> set[str]:
    page = (ROOT / "docs" / "security.md").read_text()
    section = page.split(f"### {heading}")[1].split("\n###")[0]
    return {row[1] for row in re.finditer(r"^\| `([\w.]+)` \|", section, re.MULTILINE)}


def for_many() -> set[str]:
    """What groups and combined reads perform: the parts of the look and of the write, and the
    constants that are handed to `fetch`."""
    found = {f"look.{name}" for name, text in vars(look).items() if _is_sql(text)}
    found |= {f"rows.{part.rows.__name__}" for part in parts.ALL}
    folder = ROOT / "infrastructure" / "postgres" / "group"
    for file in (folder / name for name in ("committer.py", "outcome.py", "reads.py")):
        for call in re.finditer(r"\.fetch\(\s*((?:\w+\.)?_?[A-Z_]+)\b", file.read_text()):
            name = call[1]
            if name == "HELPED":
                continue  # of `look`
            found.add(name if "." in name else f"{file.stem}.{name}")
    return found


def _is_sql(text: object) -> bool:
    return isinstance(text, str) and text.lstrip().startswith("SELECT")


def test_the_page_lists_what_serves_many_at_once() -> None:
    assert listed("Groups and combined reads") == for_many()


def test_nothing_else_of_a_group_is_sent() -> None:
    """Every statement of these files has a name, or is the look or the write."""
    folder = ROOT / "infrastructure" / "postgres" / "group"
    sent = [
        re.sub(r"\s+", "", call[1])
        for file in sorted(folder.glob("*.py"))
        for call in re.finditer(
            r"(?:connection|database|self)\.(?:fetch|fetchrow|execute)\(([^,)]*)", file.read_text()
        )
    ]
    loose = {each for each in sent if not re.fullmatch(r"(\w+\.)?_?[A-Z_]+", each)}
    assert loose == {"sql", "_begin(look.locks", '"COMMIT"'}


def test_the_page_lists_them_all() -> None:
    rows = listed("Exempt statements")
    # One method of guests performs both movements.
    moved = {"guests._MOVE_ORDERS", "guests._MOVE_HOLDS"}
    assert rows - moved == exempt() - {"guests.sql"}
    assert moved <= rows and "guests.sql" in exempt()
