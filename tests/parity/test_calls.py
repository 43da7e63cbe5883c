"""Each call through both faces, in two equal worlds: field by field the same, and as expected.

Some calls change what later ones find, so they are made in their order, all by one worker.
"""

from collections.abc import Mapping

import pytest

from tests.parity.anonymous import anonymous, reason
from tests.parity.cases import cases
from tests.parity.cases.case import Case
from tests.parity.scene import Scene


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_both_faces_say_the_same(scenes: Mapping[str, Scene], case: Case) -> None:
    said = {
        name: anonymous(
            scene.call(case.operation, case.who, case.ask(scene), case.key_in(scene)), scene
        )
        for name, scene in scenes.items()
    }
    assert said["rest"] == said["grpc"]
    refusal = said["rest"].refusal
    assert reason(refusal) == case.reason, said["rest"]
    assert tuple(place for place, _ in (refusal.fields if refusal else ())) == case.fields
