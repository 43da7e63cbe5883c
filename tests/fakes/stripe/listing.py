"""Lists: newest first, a page at a time, with filters."""

import re
from typing import Any

from tests.fakes.stripe.books import Thing
from tests.fakes.stripe.errors import invalid

_QUERY = re.compile(r"metadata\['(\w+)'\]:'([^']*)'")


def page(things: list[Thing], params: dict[str, Any], url: str) -> Thing:
    """`things` are newest first; `created` filters, `starting_after` goes on behind an id."""
    created = params.get("created", {})
    kept = [
        thing
        for thing in things
        if thing["created"] >= int(created.get("gte", 0))
        and thing["created"] < int(created.get("lt", 1 << 62))
        and thing["created"] <= int(created.get("lte", 1 << 62))
    ]
    if "starting_after" in params:
        ids = [thing["id"] for thing in kept]
        kept = kept[ids.index(params["starting_after"]) + 1 :]
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= 100:
        raise invalid("limit")
    return {"object": "list", "url": url, "has_more": len(kept) > limit, "data": kept[:limit]}


def search(things: list[Thing], params: dict[str, Any], url: str, *, indexed: int) -> Thing:
    """Sees only what was there at `indexed`, seconds since 1970."""
    query = _QUERY.fullmatch(params.get("query", ""))
    if query is None:
        raise invalid("query")
    found = [
        thing
        for thing in things
        if thing["created"] <= indexed and thing["metadata"].get(query[1]) == query[2]
    ]
    return {"object": "search_result", "url": url, "has_more": False, "data": found}
