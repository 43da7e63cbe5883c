"""REST: user."""
