"""One server for the whole run: the real process, both faces, a database of its own."""

from collections.abc import Iterator, Mapping

import pytest

from demo.instance import Addresses
from tests.faces.outcome import Face
from tests.features.clock import Database
from tests.features.people import NAMES, Person, register
from tests.features.steps.answers import *  # noqa: F401,F403
from tests.features.steps.buying import *  # noqa: F401,F403
from tests.features.steps.crowds import *  # noqa: F401,F403
from tests.features.steps.looking import *  # noqa: F401,F403
from tests.features.steps.repeating import *  # noqa: F401,F403
from tests.features.steps.selling import *  # noqa: F401,F403
from tests.features.steps.time import *  # noqa: F401,F403
from tests.features.world import World


@pytest.fixture(scope="session")
def people(faces: Mapping[str, Face]) -> Mapping[str, Person]:
    return {name: register(faces["rest"], name) for name in NAMES}


@pytest.fixture(scope="session")
def database(addresses: Addresses) -> Iterator[Database]:
    found = Database(addresses.database_url)
    yield found
    found.close()


@pytest.fixture(params=["rest", "grpc"], autouse=True)
def world(
    request: pytest.FixtureRequest,
    faces: Mapping[str, Face],
    people: Mapping[str, Person],
    database: Database,
) -> Iterator[World]:
    """Every scenario runs once through each face."""
    name = request.param
    other = {"rest": "grpc", "grpc": "rest"}[name]
    scene = World(face=faces[name], other=faces[other], people=people, database=database)
    yield scene
    scene.nothing_unnoticed()
