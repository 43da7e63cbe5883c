"""Who and what scenarios know: the server of their module, both faces, people, the database."""

from collections import ChainMap
from collections.abc import Iterator, Mapping

import pytest

from demo.instance import Addresses
from tests.faces.letters import Letters
from tests.faces.outcome import Face
from tests.faces.server import FOUNDER
from tests.features.clock import Database
from tests.features.people import NAMES, Person, log_in, register
from tests.features.steps.accounts import *  # noqa: F401,F403
from tests.features.steps.answers import *  # noqa: F401,F403
from tests.features.steps.attending import *  # noqa: F401,F403
from tests.features.steps.availability import *  # noqa: F401,F403
from tests.features.steps.buying import *  # noqa: F401,F403
from tests.features.steps.crowds import *  # noqa: F401,F403
from tests.features.steps.guessing import *  # noqa: F401,F403
from tests.features.steps.guests import *  # noqa: F401,F403
from tests.features.steps.hoarding import *  # noqa: F401,F403
from tests.features.steps.keys import *  # noqa: F401,F403
from tests.features.steps.looking import *  # noqa: F401,F403
from tests.features.steps.members import *  # noqa: F401,F403
from tests.features.steps.notifying import *  # noqa: F401,F403
from tests.features.steps.refunding import *  # noqa: F401,F403
from tests.features.steps.repeating import *  # noqa: F401,F403
from tests.features.steps.selling import *  # noqa: F401,F403
from tests.features.steps.sessions import *  # noqa: F401,F403
from tests.features.steps.superusers import *  # noqa: F401,F403
from tests.features.steps.time import *  # noqa: F401,F403
from tests.features.world import World


@pytest.fixture(scope="module")
def people(faces: Mapping[str, Face], database: Database) -> Mapping[str, Person]:
    """And Ruth, who was there first. Their addresses are verified."""
    rest = faces["rest"]
    founder = Person(
        name=FOUNDER["name"], email=FOUNDER["email"], token="", password=FOUNDER["password"]
    )
    ruth = log_in(rest, founder)
    found = {"Ruth": ruth, **{name: register(rest, name) for name in NAMES}}
    for person in found.values():
        database.verify(person.email)
    return found


@pytest.fixture(scope="module")
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
    letters: Letters,
) -> Iterator[World]:
    """Every scenario runs once through each face."""
    name = request.param
    other = {"rest": "grpc", "grpc": "rest"}[name]
    scene = World(
        face=faces[name],
        other=faces[other],
        people=ChainMap({}, dict(people)),
        database=database,
        letters=letters,
    )
    yield scene
    scene.end()
