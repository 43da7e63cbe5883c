"""Whatever names are sent beside those of an operation: nothing of it sticks, in any row.

The little world of the parity tests is built, and every operation of it called, three times by the
same steps: as one should, with more than is asked for over REST, and so over gRPC. Afterwards the
three databases are the same, whole rows of every table.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from demo.instance import Addresses, Instance
from tests.conftest import Databases, in_thread
from tests.faces.letters import Letters
from tests.faces.outcome import Face
from tests.faces.rest import RestFace
from tests.faces.rpc import GrpcFace
from tests.faces.server import FOUNDER, SECRET, UNHURRIED
from tests.features.clock import Database
from tests.hostile.greedy import GreedyGrpc, GreedyRest
from tests.hostile.names import of_messages, of_schemas
from tests.hostile.rows import Rows, columns, empty, rest, rows_of
from tests.parity.cases import cases
from tests.parity.people import settle
from tests.parity.scene import build
from tests.parity.shapes import of_message, of_schema

NEVER = frozenset(
    {
        "superuser",
        "founder",
        "active",
        "email_verified",
        "email_key",
        "password_hash",
        "key_hash",
        "token_hash",
        "version",
        "id",
        "tests_of",
        "user_id_of_owner",
        "claimed_by",
        "created_at",
        "ended_at",
        "request_hash",
        "fingerprint",
        "actor",
        "total",
        "held",
        "sold",
    }
)
"""What no request has, on no face: who adds one of them to a shape has to say so here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    addresses: Addresses
    letters: Letters
    rest: RestFace
    grpc: GrpcFace
    names: frozenset[str]

    def rows(self, face: Face) -> Rows:
        """After all that works was done through this face, in an empty database."""
        empty(self.addresses.database_url)
        database = Database(self.addresses.database_url)
        try:
            face.call("Register", FOUNDER, token=None).ok()
            scene = build(face, self.letters)
            settle(scene)
            database.fetch(
                "UPDATE api_keys SET expires_at = now() WHERE id = $1",
                UUID(scene.ids["expired key"]),
            )
            scene.on_sale("expiring")
            scene.order("expired order", "ada", "expiring")
            scene.hold("expired", "ada", "expiring")
            for case in cases():
                if case.reason is None:
                    if case.operation == "CreateWebhookEndpoint":
                        rest(self.addresses.database_url)  # it hears of what is read from now on
                    said = scene.call(case.operation, case.who, case.ask(scene), case.key_in(scene))
                    assert said.refusal is None, (case.name, said)
        finally:
            database.close()
        return rows_of(self.addresses.database_url)


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    url, folder = databases.create(), tmp_path_factory.mktemp("greedy")
    settings = {
        "DATABASE__URL": url,
        "DATABASE__MIGRATION_URL": databases.owner(url),
        "SECRET_KEY": SECRET,
        "AUTH__ACCESS_TOKEN_TTL_SECONDS": "3600",
        "HOLDS__MAX_UNITS_PER_BUYER": "100000",
        "PAYMENT__COMPLETION_INTERVAL_SECONDS": "0.05",
        "PAYMENT__SIMULATED__DUPLICATES": "0",
        "PAYMENT__SIMULATED__JITTER_SECONDS": "0",
        "PAYMENT__SIMULATED__LATE_SECONDS": "600",
        **UNHURRIED,
        "HOLDS__MAX_UNITS_PER_UNVERIFIED_BUYER": "100000",
        "HOLDS__SWEEP_INTERVAL_SECONDS": "0.03",  # letters are sent as often
    }
    instance = Instance(folder, settings)
    addresses = instance.start()
    rest, grpc = RestFace(addresses.rest_url), GrpcFace(addresses.grpc_target)
    stored = in_thread(lambda: columns(addresses.database_url))
    names = {*of_schemas(rest), *of_messages(grpc)}.union(*stored.values())
    letters = Letters(Path(folder) / "mail")
    yield House(addresses=addresses, letters=letters, rest=rest, grpc=grpc, names=frozenset(names))
    rest.close()
    grpc.close()
    instance.stop()
    databases.drop(url)


@pytest.fixture(scope="module")
def clean(house: House) -> Rows:
    return house.rows(house.grpc)


def _greedy_rest(house: House) -> GreedyRest:
    return GreedyRest(house.rest, house.grpc, house.names)


def _greedy_grpc(house: House) -> GreedyGrpc:
    return GreedyGrpc(house.grpc)


@pytest.mark.parametrize("greedy", [_greedy_rest, _greedy_grpc], ids=["rest", "grpc"])
def test_nothing_sticks(house: House, clean: Rows, greedy: Callable[[House], Face]) -> None:
    found = house.rows(greedy(house))
    assert found.keys() == clean.keys()
    changed = {
        table: (list(found[table] - rows), list(rows - found[table]))
        for table, rows in clean.items()
        if rows != found[table]
    }
    assert changed == {}, "by table: what there is now, and what there should be"


def test_the_comparison_is_about_something(clean: Rows) -> None:
    without = {table for table, rows in clean.items() if not rows}
    by_nobody = {"disputes", "reconciliations", "discrepancies"}  # no call of a caller makes them
    failures = {"parked_messages", "dead_letters"}
    assert without <= {"mails", "provider_events", *by_nobody, *failures}, without


def test_every_name_there_is_was_collected(house: House) -> None:
    assert {"superuser", "founder", "key_hash", "live", "version", "next_page_token"} < house.names
    assert len(house.names) > 100


def test_what_callers_must_not_say_is_no_field(house: House) -> None:
    """A field that was added by mistake is no unknown one any more, and would be taken."""
    for name in house.rest.operations():
        route = house.rest.routes[name]
        described = house.rest.document["paths"][route.path][route.method.lower()]
        fields = set(of_message(house.grpc.rpcs[name].request))
        if route.has_body:
            schema = described["requestBody"]["content"]["application/json"]["schema"]
            body = of_schema(house.rest.document, schema)
            assert isinstance(body, Mapping)
            fields |= set(body)
        assert not fields & NEVER, (name, fields & NEVER)
