"""The page about security says what the policy says."""

from pathlib import Path

from application.messages import ActorKind
from application.policy import POLICY, Rule
from domain.organizer.organizer import Role

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
WORDS = {
    ActorKind.ANONYMOUS: "the anonymous",
    ActorKind.USER: "users",
    ActorKind.GUEST: "guests",
    ActorKind.API_KEY: "keys",
}


def row(operation: str, rule: Rule) -> str:
    """One line of the page's table."""
    if rule.is_open:
        callers = "everybody, without credentials"
    elif rule.superuser:
        callers = "superusers"
    else:
        callers = ", ".join(word for kind, word in WORDS.items() if kind in rule.kinds)
    roles = ", ".join(role.value for role in Role if role in rule.roles)
    return f"| {operation} | {callers} | {roles} |"


def test_the_table_is_the_policy() -> None:
    lines = PAGE.read_text().splitlines()
    start = lines.index("| operation | who | roles |") + 2
    table = lines[start : start + len(POLICY)]
    assert table == [row(operation, rule) for operation, rule in POLICY.items()]
    assert lines[start + len(POLICY)] == ""
