"""Bodies and queries as Stripe takes them: forms with brackets in their names."""

import re
from typing import Any
from urllib.parse import parse_qsl

_PART = re.compile(r"\[([^\]]*)\]")


def parse(text: str) -> dict[str, Any]:
    """`a[b]=1&c[]=2&d[0][e]=3` is {"a": {"b": "1"}, "c": ["2"], "d": [{"e": "3"}]}."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        parts = [name.split("[", 1)[0], *_PART.findall(name)]
        node = tree
        for part, following in zip(parts, parts[1:], strict=False):
            node = node.setdefault(part or str(len(node)), {})
            assert isinstance(node, dict), f"{name} is both a value and a group; {following}"
        node[parts[-1] or str(len(node))] = value
    return {name: _lists(value) for name, value in tree.items()}


def _lists(node: Any) -> Any:
    """Groups whose names count from zero are lists."""
    if not isinstance(node, dict):
        return node
    inner = {name: _lists(value) for name, value in node.items()}
    if inner and list(inner) == [str(number) for number in range(len(inner))]:
        return list(inner.values())
    return inner
