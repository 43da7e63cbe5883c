"""Write ``.env.example`` from the settings themselves: ``python -m tools.env_example``."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from core.settings import Settings

_HEAD = """\
# Every setting of Holdfast, with its meaning and its default. Copy this file to .env and remove
# the "# " before a name to change it; a variable of the process environment wins over this file.
# Written by `python -m tools.env_example` from core/settings.py.
"""


def render(model: type[BaseModel] = Settings) -> str:
    """The text of the file; every setting is commented out, so that a copy changes nothing."""
    return "\n".join([_HEAD, *_lines(model, "")])


def _lines(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            title = f"{prefix}{name.upper()}: {' '.join((kind.__doc__ or '').split())}"
            yield f"# --- {title} ---\n"
            yield from _lines(kind, f"{prefix}{name.upper()}__")
        else:
            yield textwrap.fill(
                f"{field.description}", 98, initial_indent="# ", subsequent_indent="# "
            )
            yield f"# {prefix}{name.upper()}={default_of(field)}\n"


def default_of(field: FieldInfo) -> str:
    """The default as it is written in the file; empty where there is none."""
    value = field.default
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else ",".join(_parts(value))


def _parts(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, tuple) else [str(value)]


if __name__ == "__main__":
    Path(".env.example").write_text(render())
