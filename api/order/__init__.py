"""REST: order."""
