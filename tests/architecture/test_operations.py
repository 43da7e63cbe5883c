"""One operation, one name, one file; and no foreign system is awaited inside a transaction."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, dotted, sample, sources

NOT_OPERATIONS = ("application/ports/", "application/views/")
MESSAGE = frozenset({"Command", "Query"})


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def is_message(node: ast.ClassDef) -> bool:
    """A class with Command[...] or Query[...] among its bases."""
    bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return any(dotted(base).rsplit(".", 1)[-1] in MESSAGE for base in bases)


def irregularities(source: Source) -> list[str]:
    """What keeps a file of application/ from being one operation, or a plain helper."""
    found = [node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    messages = [node.name for node in found if is_message(node)]
    handlers = {node.name: node for node in found if node.name.endswith("Handler")}
    if not messages and not handlers:
        return []
    if source.path.count("/") != 2 or source.path.startswith(NOT_OPERATIONS):
        return [f"{source.path} is no place for an operation"]
    if len(messages) != 1:
        return [f"{source.path} holds {len(messages)} messages: {', '.join(messages)}"]
    (message,) = messages
    faults: list[str] = []
    if source.path.rsplit("/", 1)[1] != f"{snake_case(message)}.py":
        faults.append(f"{source.path} should be named {snake_case(message)}.py")
    if set(handlers) != {f"{message}Handler"}:
        faults.append(f"{source.path} should hold {message}Handler and no other handler")
    faults += [
        f"{source.path} {name} should answer async __call__(message: {message}, ctx: Context)"
        for name, node in handlers.items()
        if not any(_handles(message, item) for item in node.body)
    ]
    return faults


def _handles(message: str, item: ast.stmt) -> bool:
    if not isinstance(item, ast.AsyncFunctionDef) or item.name != "__call__":
        return False
    annotations = [argument.annotation for argument in item.args.args[1:]]
    return [dotted(each) if each else "" for each in annotations] == [message, "Context"]


def foreign_awaits(source: Source) -> list[str]:
    """Awaits of another port while `async with self.begin(...)` holds a transaction open.

    Only what hangs on the unit of work may be awaited there, or a helper that is given it.
    """
    return [
        f"{source.at(node)} awaits {dotted(node.value.func)} inside a transaction"
        for block in ast.walk(source.tree)
        if isinstance(block, ast.AsyncWith) and any(map(_begins, block.items))
        for node in _awaits(block)
        if isinstance(node.value, ast.Call)
        and re.match(r"self\.[^_.][^.]*(\.|$)", dotted(node.value.func))
    ]


def _begins(item: ast.withitem) -> bool:
    call = item.context_expr
    return isinstance(call, ast.Call) and dotted(call.func) in ("self.begin", "self._begin")


def _awaits(block: ast.AsyncWith) -> Iterator[ast.Await]:
    for statement in block.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Await):
                yield node


def test_every_operation_is_one_file() -> None:
    assert [fault for source in sources("application") for fault in irregularities(source)] == []


def test_there_are_operations() -> None:
    """The rule above would also hold for an empty folder."""
    nodes = [node for source in sources("application") for node in ast.walk(source.tree)]
    assert sum(isinstance(node, ast.ClassDef) and is_message(node) for node in nodes) > 10


def test_transactions_wait_for_nothing_foreign() -> None:
    assert [fault for source in sources("application") for fault in foreign_awaits(source)] == []


OPERATION = """
    class WantedLine: ...

    class CreateHold(Command[HoldView]): ...

    class CreateHoldHandler:
        async def __call__(self, command: CreateHold, ctx: Context) -> HoldView: ...
"""


def test_a_regular_operation_passes() -> None:
    assert irregularities(sample("application/hold/create_hold.py", OPERATION)) == []
    assert irregularities(sample("application/hold/access.py", "def own_hold(): ...")) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("application/hold/hold.py", OPERATION),
        ("application/create_hold.py", OPERATION),
        ("application/views/create_hold.py", OPERATION),
        ("application/hold/deep/create_hold.py", OPERATION),
        ("application/hold/create_hold.py", OPERATION + "    class GetHold(Query[HoldView]): ..."),
        ("application/hold/create_hold.py", OPERATION + "    class GetHoldHandler: ..."),
        ("application/hold/create_hold.py", OPERATION.replace("async def", "def")),
        ("application/hold/create_hold.py", OPERATION.replace("command: CreateHold", "command")),
        ("application/hold/create_hold.py", OPERATION.replace(", ctx: Context", "")),
        ("application/hold/create_hold.py", "class CreateHold(messages.Command): ..."),
        ("application/hold/create_hold.py", "class CreateHoldHandler: ..."),
    ],
)
def test_an_irregular_operation_is_found(path: str, text: str) -> None:
    assert irregularities(sample(path, text))


def handler(*lines: str) -> Source:
    body = "\n        ".join(lines)
    text = f"async def call(self, ctx):\n    async with self.begin(ctx) as work:\n        {body}"
    return sample("application/order/pay_order.py", text)


@pytest.mark.parametrize(
    "line",
    [
        "await self.payments.capture(intent)",
        "return await work.commit(await self.passwords.hash(password))",
        "await self.notify(order)",
    ],
)
def test_a_foreign_await_is_found(line: str) -> None:
    assert foreign_awaits(handler("order = await work.orders.get(id)", line))


def test_awaiting_the_unit_of_work_passes() -> None:
    inside = handler("order = await own_order(work, id)", "return await work.commit(order)")
    assert foreign_awaits(inside) == []
    before = sample("application/auth/login.py", "async def f(self): await self.payments.get(id)")
    assert foreign_awaits(before) == []
