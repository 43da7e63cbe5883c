"""Steps of feature files are synchronous: pytest-bdd never awaits one, so it would pass unrun."""

import ast

import pytest

from tests.architecture.sources import Source, dotted, sample, sources

STEPS = frozenset({"given", "when", "then", "step"})


def asynchronous_steps(source: Source) -> list[str]:
    return [
        f"{source.at(node)} {node.name} is never awaited"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AsyncFunctionDef)
        and any(_is_step(decorator) for decorator in node.decorator_list)
    ]


def _is_step(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return dotted(called).rsplit(".", 1)[-1] in STEPS


def test_no_step_is_asynchronous() -> None:
    assert [fault for source in sources("tests") for fault in asynchronous_steps(source)] == []


@pytest.mark.parametrize("decorator", ['@when("x")', '@pytest_bdd.then("x")', "@step", "@given()"])
def test_an_asynchronous_step_is_found(decorator: str) -> None:
    text = f"{decorator}\nasync def buys(buyer): assert False"
    assert asynchronous_steps(sample("tests/features/bad.py", text))


def test_a_synchronous_step_passes() -> None:
    text = """
        @when("a buyer holds a ticket")
        def holds(buyer, run):
            run(buyer.hold())

        async def helper(): ...

        @fixture
        async def server(): ...
    """
    assert asynchronous_steps(sample("tests/features/good.py", text)) == []
