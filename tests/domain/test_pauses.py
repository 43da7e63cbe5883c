from shared.pauses import GrowingPause


def test_pauses_grow_and_begin_again() -> None:
    pause = GrowingPause(first=0.1, longest=0.5)
    assert [pause.next() for _ in range(5)] == [0.1, 0.2, 0.4, 0.5, 0.5]
    pause.reset()
    assert pause.next() == 0.1


def test_an_exhausted_pause_stays_the_longest() -> None:
    pause = GrowingPause(first=0.1, longest=0.5)
    assert [pause.exhaust(), pause.next()] == [0.5, 0.5]
    pause.reset()
    assert pause.next() == 0.1
