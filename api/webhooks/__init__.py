"""REST: what payment providers call."""
