"""One call that is compared: what is asked, by whom, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faces.outcome import Request
from tests.parity.scene import STRANGE_ID, Scene, new_key

Ask = Callable[[Scene], Request]
MISSING, MALFORMED = STRANGE_ID, "not-an-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`reason` None: it works. `fields`: the places that the refusal must name, in this order.
    `key`: `new`, `none`, the name of a key of the scene, or the key itself."""

    name: str
    operation: str
    who: str
    ask: Ask
    key: str = "none"
    reason: str | None = None
    fields: tuple[str, ...] = ()

    def key_in(self, scene: Scene) -> str | None:
        if self.key == "none":
            return None
        return new_key() if self.key == "new" else scene.keys.get(self.key, self.key)


def case(
    name: str,
    operation: str,
    who: str,
    ask: Ask,
    reason: str | None = None,
    *fields: str,
    key: str = "none",
) -> Case:
    return Case(
        name=name,
        operation=operation,
        who=who,
        ask=ask,
        key=key,
        reason=reason,
        fields=fields,
    )


def of(field: str, name: str) -> Ask:
    """A request with one field: the id of something in the scene, or what `name` says itself."""
    return lambda scene: {field: scene.ids.get(name, name)}
