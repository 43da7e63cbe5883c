"""What grows with every sale is kept by day: dropping a day costs nothing, deleting its rows would.

Partitions are made and dropped while everything runs, so the metadata knows their parents only.
"""

import re

PARTITIONED = ("holds", "outbox", "idempotency_keys")

_NAME = re.compile(rf"({'|'.join(PARTITIONED)})_(\d{{8}}|before|rest)")


def is_partition(name: str) -> bool:
    """By its name: `_20260401` is a day (UTC), `_before` older than partitions are, `_rest` has
    whatever fits no other one."""
    return _NAME.fullmatch(name) is not None
