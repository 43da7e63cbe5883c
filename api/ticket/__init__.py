"""REST: ticket."""
