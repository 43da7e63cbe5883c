"""Conditions put together at run time, for queries whose shape depends on the caller."""


class Conditions:
    """All must hold. Their texts are ours; what comes from callers is a parameter."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._texts: list[str] = []

    def add(self, text: str, *values: object) -> None:
        """Each `{}` of `text` stands for one of `values`."""
        self._texts.append(text.format(*map(self._parameter, values)))

    def query(self, select: str, *, order_by: str, limit: int) -> str:
        """`select` with everything added so far, and the limit as the last of `values`."""
        where = f" WHERE {' AND '.join(self._texts)}" if self._texts else ""
        return f"{select}{where} ORDER BY {order_by} LIMIT {self._parameter(limit)}"

    def _parameter(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


def containing(text: str) -> str:
    """A pattern for LIKE … ESCAPE '/': `text` anywhere, literally."""
    for special in "/%_":
        text = text.replace(special, f"/{special}")
    return f"%{text}%"
