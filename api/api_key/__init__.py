"""REST: api key."""
