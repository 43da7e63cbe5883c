import logging

import pytest

from core.seldom import Seldom, quieten


def record(sentence: str, *parameters: object, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord("n", level, "", 0, sentence, parameters, None)


def test_the_same_is_said_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now, seldom = 1000.0, Seldom()
    monkeypatch.setattr("core.seldom.time.monotonic", lambda: now)

    def let_through(sentence: str, parameter: int, level: int = logging.ERROR) -> bool:
        return seldom.filter(record(sentence, parameter, level=level))

    assert [let_through("%s is away", nr) for nr in range(3)] == [True, False, False]
    assert let_through("%s is away", 3, logging.WARNING)
    assert let_through("%s is back", 1)
    now += 59.9
    assert not let_through("%s is away", 1)
    now += 0.2
    assert let_through("%s is away", 1)


def test_what_differs_in_its_parameters_is_something_else() -> None:
    seldom = Seldom(with_parameters=True)
    said = [("%s: %s", "one", 1), ("%s: %s", "two", 1), ("%s: %s", "one", 1), ("%s: %s", "one", 2)]
    assert [seldom.filter(record(*each)) for each in said] == [True, True, False, True]


@pytest.mark.parametrize(
    "name", ["aiokafka.conn", "aiormq.connection", "infrastructure.redis.reader"]
)
def test_a_logger_is_quietened_once(name: str) -> None:
    quieten()
    quieten()
    assert [type(each) for each in logging.getLogger(name).filters] == [Seldom]
