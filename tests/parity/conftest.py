"""The scenes: one through each face, with the expired hold that only time makes."""

from collections.abc import Iterator, Mapping

import pytest

from demo.instance import Addresses
from tests.faces.outcome import Face
from tests.features.clock import Database
from tests.parity.scene import Scene, build


@pytest.fixture(scope="session")
def scenes(faces: Mapping[str, Face], addresses: Addresses) -> Iterator[Mapping[str, Scene]]:
    both = {name: build(face) for name, face in faces.items()}
    database = Database(addresses.database_url)
    for scene in both.values():
        scene.on_sale("expiring")
        scene.order("expired order", "ada", "expiring")
        scene.hold("expired", "ada", "expiring")
        database.pass_minutes(scene.ids["expiring"], 6)
    yield both
    database.close()
