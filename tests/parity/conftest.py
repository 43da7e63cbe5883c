"""The scenes: one through each face, with what only time makes: holds and a key that expired."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import pytest

from demo.instance import Addresses
from tests.faces.letters import Letters
from tests.faces.outcome import Face
from tests.features.clock import Database
from tests.parity.people import settle
from tests.parity.scene import Scene, build, ticket_type

_EXPIRE = "UPDATE api_keys SET expires_at = now() WHERE id = $1"


@pytest.fixture(scope="module")
def scenes(
    faces: Mapping[str, Face], addresses: Addresses, letters: Letters
) -> Iterator[Mapping[str, Scene]]:
    both = {name: build(face, letters) for name, face in faces.items()}
    database = Database(addresses.database_url)
    for scene in both.values():
        settle(scene)
        database.fetch(_EXPIRE, UUID(scene.ids["expired key"]))
        scene.on_sale("expiring")
        scene.order("expired order", "ada", "expiring")
        scene.hold("expired", "ada", "expiring")
        database.pass_minutes(scene.ids["expiring"], 6)
        scene.on_sale(
            "late", offline_payment_hours=1, ticket_types=[ticket_type("Last", 100, capacity=1)]
        )
        scene.order("too late", "ada", "late", Last=1)
        scene.transfer("too late", "ada")
        database.pass_minutes(scene.ids["late"], 90)
        scene.hold("the last one", "ben", "late", Last=1)
    yield both
    database.close()
