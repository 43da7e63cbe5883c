"""The project's own source files, parsed; what the rules of this folder read."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]

INSIDE = ("shared", "domain", "application")
PACKAGES = (*INSIDE, "infrastructure", "api", "grpc_app", "core")
AROUND = ("alembic", "bench", "demo", "tools", "tests")
GENERATED = "grpc_app/generated/"


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its path from the project's root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The layer it belongs to, e.g. `domain`; for an entry point the file itself."""
        return self.path.split("/", 1)[0]

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Where to look, in the form editors jump to."""
        return f"{self.path}:{node.lineno}"


def sample(path: str, text: str) -> Source:
    """A file that does not exist, to see a rule refuse it."""
    return Source(path, dedent(text), ast.parse(dedent(text)))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every hand-written Python file below `folders`; without any, of the whole project."""
    found = tuple(_sources(folders or (*PACKAGES, *AROUND), entries=not folders))
    assert found, f"no source files below {folders}"
    return found


def _sources(folders: tuple[str, ...], entries: bool) -> Iterator[Source]:
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    for file in [*files, *(sorted(ROOT.glob("*.py")) if entries else ())]:
        path = file.relative_to(ROOT).as_posix()
        if not path.startswith(GENERATED):
            text = file.read_text()
            yield Source(path, text, ast.parse(text, filename=path))


def imports(source: Source) -> Iterator[tuple[str, ast.stmt]]:
    """Every imported name in full, e.g. `uuid.uuid4`, and the statement that imports it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                yield f"{base}.{alias.name}", node


def dotted(node: ast.AST) -> str:
    """`a.b.c` for such an expression, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
