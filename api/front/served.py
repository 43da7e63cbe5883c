"""A path as a service has it; told between processes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPath:
    """As routes write it (`/api/v1/holds/{hold_id}`); with everything below it if `below`. No
    `methods` stands for all."""

    template: str
    methods: frozenset[str] = frozenset()
    below: bool = False
