"""Rows as text."""

from collections.abc import Sequence

from bench.model import Row

_WORDS = {True: "yes", False: "NO", None: "—"}


def shown(row: Row) -> tuple[str, str, str, str, str, str, str]:
    """Goal, title, measured, target, held, rounds, note: as a person reads them."""
    measured = "—" if row.measured is None else f"{figure(row.measured)} {row.target.unit}"
    return (
        row.goal,
        row.title,
        measured,
        str(row.target),
        _WORDS[row.held],
        str(row.rounds),
        row.note,
    )


def figure(value: float) -> str:
    """Three digits that mean something, and whole numbers from a hundred on."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(rows: Sequence[Row]) -> str:
    lines = [("goal", "", "measured", "target", "held", "rounds", ""), *map(shown, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join(
        "  ".join(
            text.rjust(width) if column in (2, 3, 5) else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=False))
        )
        + f"  {line[6]}"
        for line in lines
    )
