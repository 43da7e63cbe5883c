"""Secrets that are recognized wherever they turn up, however they are written there."""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """`core` is looked for. `stored` and `echoed`: where it may be all the same, and why is said
    where it is made: columns as `table.column`, and the answer to whoever sent it."""

    core: str
    stored: str | None = None
    echoed: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """As it is, and in the usual encodings, in lower case."""
        return tuple({form.lower() for form in _forms(self.core)})


def _forms(core: str) -> Iterator[str]:
    raw = core.encode()
    yield core
    yield core[::-1]
    yield quote(core, safe="")
    yield "".join(f"%{byte:02x}" for byte in raw)
    yield raw.hex()
    yield base64.b32encode(raw).decode().rstrip("=")
    yield repr(list(raw))[1:-1]
    for before in range(3):  # inside of something longer, wherever that begins
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * before + raw).decode().rstrip("=")
            yield whole[(0, 2, 3)[before] : len(whole) - (before + len(raw)) % 3]


@dataclass(slots=True)
class Canaries:
    known: dict[str, Canary] = field(default_factory=dict)

    def new(self, name: str, *, stored: str | None = None, echoed: bool = False) -> str:
        """A secret nobody has had before."""
        return self.note(name, f"Zq{secrets.token_hex(12)}Kx", stored=stored, echoed=echoed)

    def digits(self, name: str) -> int:
        return int(self.note(name, str(10**17 + secrets.randbelow(9 * 10**17))))

    def note(self, name: str, core: str, *, stored: str | None = None, echoed: bool = False) -> str:
        """A secret that somebody else made."""
        assert name not in self.known and len(core) >= 15, (name, len(core))
        self.known[name] = Canary(core=core, stored=stored, echoed=echoed)
        return core

    def found(
        self, text: str, *, answer: bool = False, column: str | None = None
    ) -> dict[str, str]:
        """Those that are in a text, with what is around them."""
        low, hits = text.lower(), {}
        for name, canary in self.known.items():
            if (answer and canary.echoed) or (column is not None and canary.stored == column):
                continue
            for form in canary.forms:
                if (at := low.find(form)) >= 0:
                    hits[name] = text[max(at - 80, 0) : at + len(form) + 40]
        return hits
