"""shared and domain: standard library only, no I/O, no async, no clock, no chance, no new ids."""

import ast
import sys

import pytest

from tests.architecture.sources import Source, dotted, imports, sample, sources

MAY_IMPORT = {"shared": {"shared"}, "domain": {"domain", "shared"}}

# What in the standard library talks to the world, keeps time, rolls dice or runs things.
IMPURE = frozenset(
    """_thread aifc asyncio cgi code concurrent contextvars ctypes curses dbm fcntl fileinput ftplib
    getpass glob grp gzip http imaplib importlib inspect io logging mailbox mmap multiprocessing os
    pathlib pickle platform pty pwd queue random readline resource runpy sched secrets select
    selectors shelve shutil signal smtplib socket socketserver sqlite3 ssl subprocess sys tempfile
    termios threading time tkinter tty urllib venv wsgiref xmlrpc zipfile""".split()
)
CLOCKS_AND_IDS = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "getnode"})
BUILTINS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__"})
ASYNC = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)


def impurities(source: Source) -> list[str]:
    """Each place where a file of shared or domain is not pure."""
    found: list[str] = []
    for name, statement in imports(source):
        top, leaf = name.split(".")[0], name.split(".")[-1]
        if top in MAY_IMPORT[source.package]:
            continue
        if top not in sys.stdlib_module_names:
            found.append(f"{source.at(statement)} imports {name}")
        elif top in IMPURE or leaf in CLOCKS_AND_IDS:
            found.append(f"{source.at(statement)} imports the impure {name}")
    for node in ast.walk(source.tree):
        if isinstance(node, ASYNC):
            found.append(f"{source.at(node)} is asynchronous")
        elif isinstance(node, ast.comprehension) and node.is_async:
            found.append(f"{source.at(node.target)} is asynchronous")
        elif isinstance(node, ast.Attribute) and node.attr in CLOCKS_AND_IDS:
            found.append(f"{source.at(node)} uses {dotted(node) or node.attr}")
        elif isinstance(node, ast.Name) and node.id in BUILTINS:
            found.append(f"{source.at(node)} uses {node.id}")
    return found


def test_shared_and_domain_are_pure() -> None:
    assert [fault for source in sources("shared", "domain") for fault in impurities(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import pydantic",
        "from sqlalchemy.orm import Session",
        "import application.messages",
        "from core import settings",
        "from . import sibling",
        "import os",
        "from os import environ",
        "import os.path",
        "from secrets import token_bytes",
        "import random",
        "from time import time",
        "import asyncio",
        "def f(): import socket",
        "from uuid import uuid4",
        "import uuid\nid = uuid.uuid4()",
        "import datetime\nat = datetime.datetime.now(datetime.UTC)",
        "from datetime import date\nat = date.today()",
        "from datetime import datetime\nread = datetime.utcnow",
        "async def f(): ...",
        "def f(g): return [x async for x in g]",
        "text = open('file').read()",
        "print('hello')",
    ],
)
def test_an_impure_file_is_refused(text: str) -> None:
    assert impurities(sample("domain/hold/bad.py", text))


def test_shared_may_not_import_the_domain() -> None:
    text = "from domain.hold.hold import Hold"
    assert impurities(sample("shared/bad.py", text))
    assert impurities(sample("domain/stock.py", text)) == []


def test_a_pure_file_passes() -> None:
    text = """
        from collections.abc import Sequence
        from datetime import datetime, timedelta
        from uuid import UUID

        from shared.ids import HoldId

        def due(at: datetime, ttl: timedelta) -> datetime:
            return at + ttl
    """
    assert impurities(sample("domain/hold/good.py", text)) == []
