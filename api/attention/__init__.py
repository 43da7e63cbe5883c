"""REST: attention."""
