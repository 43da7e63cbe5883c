"""Binds suites to an Inventory that is here, and to one behind a connection on loopback."""

from collections.abc import AsyncIterator

import pytest

from application.order.local_inventory import LocalInventory
from application.ports.inventory import Inventory
from grpc_app.inventory.client import Patience, RemoteInventory
from grpc_app.inventory.passports import Passports
from grpc_app.inventory.server import InventoryServer
from tests.contracts.harness import Harness
from tests.contracts.world import IDS

SECRETS = ("a secret of the services, as long as it has to be",)


class Here:
    @pytest.fixture
    def inventory(self, harness: Harness) -> Inventory:
        return LocalInventory(harness.begin, IDS)


class Elsewhere:
    @pytest.fixture
    async def inventory(self, harness: Harness) -> AsyncIterator[Inventory]:
        passports = Passports(SECRETS)
        server = InventoryServer(LocalInventory(harness.begin, IDS), passports, "127.0.0.1:0")
        await server.start()
        client = RemoteInventory(server.address, passports, patience=Patience(deadline=60))
        yield client
        await client.close()
        await server.stop(0)
