"""Payments whose money no provider moves: bank transfer, box office, invoice."""

from typing import Final

OFFLINE: Final = "offline"
"""The provider's name, as in PayOrder."""
