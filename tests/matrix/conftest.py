"""The world of the matrix, and the wires to call it over."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from demo.instance import Addresses
from tests.faces.outcome import Face
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace
from tests.features.clock import Database
from tests.matrix.ledger import Ledger
from tests.matrix.wire import GrpcWire, RestWire, Wire
from tests.matrix.world import World, build

_AT_ONCE = 4


@pytest.fixture(scope="module")
def owner(addresses: Addresses) -> Iterator[Database]:
    """The database, for whoever owns its tables."""
    found = Database(addresses.database_url)
    yield found
    found.close()


@pytest.fixture(scope="module")
def wires(
    faces: Mapping[str, Face], addresses: Addresses
) -> Iterator[Mapping[str, Sequence[Wire]]]:
    """Some to each face: one waits while another works."""
    rest, rpc = faces["rest"], faces["grpc"]
    assert isinstance(rest, RestFace) and isinstance(rpc, GrpcFace)
    both: dict[str, Sequence[Wire]] = {
        "rest": [RestWire(rest, addresses.rest_url) for _ in range(_AT_ONCE)],
        "grpc": [GrpcWire(rpc, addresses.grpc_target) for _ in range(_AT_ONCE)],
    }
    yield both
    for some in both.values():
        for wire in some:
            wire.close()


@pytest.fixture(scope="module")
def matrix_world(faces: Mapping[str, Face], owner: Database) -> World:
    return build(faces["grpc"], owner)


@pytest.fixture(scope="module")
def ledger(matrix_world: World, owner: Database) -> Ledger:
    """Of a database at rest."""
    found = Ledger(owner)
    found.settle()
    return found
