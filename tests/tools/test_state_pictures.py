"""The pictures in the docs are those of the tables."""

from pathlib import Path

import pytest

from tools.state_pictures import LIFECYCLES, drawn, picture

_DOCS = Path(__file__).parents[2] / "docs"


def test_a_picture_is_written_anew() -> None:
    text = "before\n<!-- states: Dispute -->\nold\n<!-- end -->\nafter\n"
    assert drawn(text) == (
        f"before\n<!-- states: Dispute -->\n{picture('Dispute')}<!-- end -->\nafter\n"
    )
    assert "    OPEN --> WON\n    OPEN --> LOST\n" in picture("Dispute")
    assert "    WON --> [*]\n" in picture("Dispute")


@pytest.mark.parametrize("page", sorted(_DOCS.glob("*.md")), ids=lambda page: page.name)
def test_the_pages_are_up_to_date(page: Path) -> None:
    text = page.read_text()
    assert text == drawn(text), "run: python -m tools.state_pictures"


def test_the_page_of_payments_shows_what_has_to_do_with_money() -> None:
    text = (_DOCS / "payments.md").read_text()
    for name in ("Order", "Payment", "Refund", "Dispute"):
        assert f"<!-- states: {name} -->" in text and name in LIFECYCLES
