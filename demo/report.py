"""What is printed at the end."""

from rich.console import Console
from rich.table import Table

from demo.books import Books
from demo.tally import Tally, percentile

_STEPS = ("hold", "hold, refused", "order", "pay", "pay to confirmed", "cancel")


def figures(books: Books, tally: Tally, buyers: int, seconds: float) -> Table:
    """How the sale went, in numbers."""
    table = Table(title="The sale", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    refused = sum(tally.refused.values())
    duplicated = len(tally.contradictions) + max(0, books.orders - len(tally.orders))
    repeats = f"{tally.repeated}, some through both faces"
    for name, value in (
        ("buyers", str(buyers)),
        ("seconds", f"{seconds:.1f}"),
        ("tickets there were", str(books.capacity)),
        ("sold", str(books.tickets)),
        ("came back after the last buyer", str(books.capacity - books.tickets - books.held)),
        ("refused", f"{refused}  {dict(tally.refused)}" if refused else "0"),
        ("holds expired", str(books.expired)),
        ("requests sent twice", repeats),
        ("requests without an answer", str(tally.unanswered)),
        ("oversold", str(books.oversold)),
        ("duplicated", str(duplicated)),
    ):
        table.add_row(name, value)
    for name, count in sorted(tally.ended.items()):
        table.add_row(f"orders {name}" if name.isalpha() else f"buyers who {name}", str(count))
    return table


def latencies(tally: Tally) -> Table:
    """Percentiles of each step, in milliseconds, as the buyers felt them."""
    table = Table(title="Milliseconds", title_justify="left")
    table.add_column("step")
    for heading in ("times", "p50", "p95", "p99"):
        table.add_column(heading, justify="right")
    for step in _STEPS:
        if values := tally.latencies.get(step):
            parts = [f"{percentile(values, part) * 1000:.0f}" for part in (0.5, 0.95, 0.99)]
            table.add_row(step, str(len(values)), *parts)
    return table


def verdict(console: Console, books: Books) -> bool:
    """Whether everything is right; says what is not."""
    if not books.problems and not books.oversold:
        console.print(
            "Every ticket, order and cent is where it belongs (one SQL snapshot), and everything "
            "that was acknowledged is there.",
            style="green",
        )
        return True
    for problem in books.problems:
        console.print(f"WRONG: {problem}", style="red", markup=False)
    if books.oversold:
        console.print(f"WRONG: {books.oversold} tickets too many", style="red")
    return False
