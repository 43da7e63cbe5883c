"""The holds, where another process keeps them."""

from contextlib import AsyncExitStack

from application.ports.inventory import Inventory
from grpc_app.inventory.passports import Passports


def remote_inventory(
    target: str | None, passports: Passports, stack: AsyncExitStack
) -> Inventory | None:
    """None where the holds are kept here."""
    if target is None:
        return None

    from grpc_app.inventory.client import RemoteInventory  # grpc: for those who use it

    remote = RemoteInventory(target, passports)
    stack.push_async_callback(remote.close)
    return remote
