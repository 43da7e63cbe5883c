"""Links of the OpenAPI document: what can be done with something that was just made."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PARAMETER: Final = re.compile(r"\{(\w+)\}")


def add_links(paths: Mapping[str, Mapping[str, dict[str, Any]]]) -> None:
    """Adds to every answer that has a new thing's `id` the operations whose path wants that id and
    no other new one: what POST /events makes is the `event_id` of /events/{event_id}/publish."""
    for path, item in paths.items():
        for operation in item.values():
            created = operation["responses"].get("201")
            links = dict(_links(path, paths)) if created is not None else {}
            if created is not None and links:
                created["links"] = links


def _links(
    collection: str, paths: Mapping[str, Mapping[str, dict[str, Any]]]
) -> Iterator[tuple[str, dict[str, object]]]:
    """The operations on one member of the collection; what the collection itself is below of is
    what the request named."""
    above = {name: f"$request.path.{name}" for name in _PARAMETER.findall(collection)}
    for path, item in paths.items():
        below = path.removeprefix(f"{collection}/")
        wanted = _PARAMETER.findall(below)
        if below == path or len(wanted) != 1 or not below.startswith(f"{{{wanted[0]}}}"):
            continue
        for operation in item.values():
            name = operation["operationId"]
            parameters = above | {wanted[0]: "$response.body#/id"}
            yield name, {"operationId": name, "parameters": parameters}
