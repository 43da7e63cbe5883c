"""Names in the environment that look like ours and are not: typing mistakes."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from pydantic import BaseModel

_DELIMITER: Final = "__"


def setting_names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The variable of every setting of ``model``, in the order they are declared."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from setting_names(kind, f"{prefix}{name.upper()}{_DELIMITER}")
        else:
            yield prefix + name.upper()


def refused_names(
    model: type[BaseModel], environment: Mapping[str, str], env_file: Path | None
) -> list[str]:
    """A line for each name that is refused, with what was probably meant.

    Refused are unknown names in our sections and names whose section is nearly one of ours.
    The ``.env`` file is ours alone: there, every unknown name with a section is refused, and
    one without a section if it is nearly a setting.
    """
    known = set(setting_names(model))
    sections = {name.split(_DELIMITER)[0] for name in known if _DELIMITER in name}
    in_file = {} if env_file is None or not env_file.is_file() else dotenv_values(env_file)
    ours = {name.upper() for name in in_file}
    lines = []
    for name in sorted((ours | {name.upper() for name in environment}) - known):
        section, delimiter, _ = name.partition(_DELIMITER)
        if name in sections:
            lines.append(f"{name}: is a section; set its members one by one: {name}__…")
        elif delimiter and (section in sections or _like(section, sections) or name in ours):
            lines.append(f"{name}: there is no such setting{_meant(name, known)}")
        elif name in ours and _like(name, known):
            lines.append(f"{name}: there is no such setting{_meant(name, known)}")
    return lines


def _like(name: str, known: Iterable[str]) -> bool:
    return bool(get_close_matches(name, known, n=1, cutoff=0.8))


def _meant(name: str, known: Iterable[str]) -> str:
    names = list(known)
    # Half a name is more often cut off than mistyped.
    close = [whole for whole in names if whole.startswith(name)] or get_close_matches(
        name, names, n=1
    )
    return f"; did you mean {close[0]}?" if close else ""
