"""The event aggregate."""
