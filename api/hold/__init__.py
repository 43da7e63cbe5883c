"""REST: hold."""
