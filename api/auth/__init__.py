"""REST: auth."""
