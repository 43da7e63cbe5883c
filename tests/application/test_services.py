"""Every operation belongs to one service."""

from dataclasses import fields

from application.app import Application
from application.served import operations_of
from application.services import EVERYTHING, GROUPS, Service
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import World


def test_every_group_is_in_a_service() -> None:
    assert {group.name for group in fields(Application)} == set(GROUPS)


def test_services_share_no_operation_and_miss_none() -> None:
    product = World(MemoryHarness()).application
    parts = [operations_of(product, [service]) for service in Service]
    whole = operations_of(product, EVERYTHING)
    assert sum(map(len, parts)) == len(whole)
    assert frozenset().union(*parts) == whole
    assert whole == {each.name for each in product.operations()} | {"ReceiveWebhook"}
    assert operations_of(product, [Service.WORKERS]) == frozenset()
