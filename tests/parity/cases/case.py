"""One call that is compared: what is asked, by whom, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faces.outcome import Plain, Request
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


def nothing(scene: Scene) -> Request:
    """A request without any field."""
    return {}


def known(secret: str, field: str = "token") -> Ask:
    """A request with one field: a secret of the scene, or the very text."""
    return lambda scene: {field: scene.secrets.get(secret, secret)}


def within(**fields: Plain) -> Ask:
    """A request about the organizer; ids by the names of what they are of, as texts are."""
    return lambda scene: {
        "organizer_id": scene.ids["organizer"],
        **{
            name: scene.ids.get(value, value) if isinstance(value, str) else value
            for name, value in fields.items()
        },
    }
