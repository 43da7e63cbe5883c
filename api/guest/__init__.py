"""REST: guest."""
