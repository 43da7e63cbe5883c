"""The key that signs our tokens: how strong it must be, and where a generated one is kept."""

import hashlib
import hmac
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Final

MIN_LENGTH: Final = 32
_MIN_DISTINCT: Final = 8
_MIN_REST: Final = 16
# What documentation, examples and templates write where a key belongs.
_PLACEHOLDERS: Final = re.compile(
    r"change|me|secret|s3cr3t|supersecret|super|your|my|key|password|passwd|default|example|"
    r"insecure|development|production|dev|test|replace|please|this|with|random|string|value|"
    r"here|holdfast|django|sample|dummy|token|long|and|in|to|the|[^a-z0-9]|\d"
)


def weakness(key: str) -> str | None:
    """Why ``key`` is easy to guess, without quoting it; ``None`` for a strong one."""
    if not key.strip():
        return "is empty"
    if len(key) < MIN_LENGTH:
        return f"is shorter than {MIN_LENGTH} characters"
    if len(set(key)) < _MIN_DISTINCT:
        return f"has fewer than {_MIN_DISTINCT} different characters"
    if _period(key) <= len(key) // 2:
        return "repeats itself"
    if _steps(key) > len(key) // 2:
        return "counts through the alphabet"
    if _is_text(key) and len(_PLACEHOLDERS.sub("", key.lower())) < _MIN_REST:
        return "is a placeholder from an example"
    return None


def _period(key: str) -> int:
    """Length of the shortest piece that ``key`` is made of, the last one perhaps cut off."""
    return next(n for n in range(1, len(key) + 1) if key[n:] == key[: len(key) - n])


def _steps(key: str) -> int:
    """How many neighbours are equal or next to each other in the alphabet."""
    return sum(abs(ord(a) - ord(b)) <= 1 for a, b in zip(key, key[1:], strict=False))


def _is_text(key: str) -> bool:
    """Whether ``key`` reads like words and not like random letters and digits."""
    return (
        re.search(r"change|secret|key|password|default|example|insecure", key.lower()) is not None
    )


def kept_key(folder: Path) -> str:
    """The key in ``folder/secret_key``; made there, for its owner's eyes only, when absent.

    Processes that start at the same time get the same key. Raises ``OSError`` where the
    folder or the file cannot be used.
    """
    file = folder / "secret_key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=".secret_key-")  # mode 0600
        try:
            with open(descriptor, "w") as draft:
                draft.write(secrets.token_urlsafe(48))
                draft.flush()
                os.fsync(descriptor)
            os.link(name, file)  # unlike a rename, never replaces a key that is already there
        except FileExistsError:
            pass
        finally:
            os.unlink(name)
    return file.read_text().strip()


def derived(key: str, purpose: str) -> str:
    """A key of its own for one purpose: HMAC-SHA256 of the purpose, in hex (256 bits)."""
    return hmac.new(key.encode(), f"holdfast {purpose}".encode(), hashlib.sha256).hexdigest()
