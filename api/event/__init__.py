"""REST: event."""
