"""Names that may not be used, and the one place where the environment is read."""

import ast

import pytest

from tests.architecture.sources import Source, dotted, imports, sample, sources

# An import that only the type checker sees is a cycle that only the reader meets; and Starlette's
# base class for middleware costs several times the request it wraps.
NOWHERE = frozenset({"TYPE_CHECKING", "BaseHTTPMiddleware"})
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv"})
# The folder of shared figures is no setting: it is how a library is told of it.
MAY_READ_ENVIRONMENT = (
    "core/settings.py",
    "core/metrics_folder.py",
    "bench/",
    "demo/",
    "tools/",
    "tests/",
)


def names(source: Source) -> list[tuple[str, str]]:
    """Every name that is imported or used, and where."""
    found = [(name, source.at(statement)) for name, statement in imports(source)]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute):
            found.append((dotted(node), source.at(node)))
    return found


def forbidden_names(source: Source) -> list[str]:
    return [
        f"{place} uses {name}"
        for name, place in names(source)
        if name.rsplit(".", 1)[-1] in NOWHERE
    ]


def environment_reads(source: Source) -> list[str]:
    if source.path.startswith(MAY_READ_ENVIRONMENT):
        return []
    return [
        f"{place} reads {name}"
        for name, place in names(source)
        if name.rsplit(".", 1)[0] == "os" and name.rsplit(".", 1)[-1] in ENVIRONMENT
    ]


def test_no_file_uses_a_forbidden_name() -> None:
    assert [fault for source in sources() for fault in forbidden_names(source)] == []


def test_only_settings_read_the_environment() -> None:
    assert [fault for source in sources() for fault in environment_reads(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "from typing import TYPE_CHECKING",
        "import typing\nif typing.TYPE_CHECKING:\n    import sys",
        "from starlette.middleware.base import BaseHTTPMiddleware",
        "import starlette.middleware.base as b\nclass Slow(b.BaseHTTPMiddleware): ...",
    ],
)
def test_a_forbidden_name_is_found(text: str) -> None:
    assert forbidden_names(sample("tests/bad.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "import os\nurl = os.environ['DATABASE__URL']",
        "import os\nurl = os.getenv('DATABASE__URL')",
        "from os import environ",
        "from os import getenv as read",
    ],
)
def test_reading_the_environment_is_found(text: str) -> None:
    assert environment_reads(sample("infrastructure/postgres/bad.py", text))
    assert environment_reads(sample("core/settings.py", text)) == []
