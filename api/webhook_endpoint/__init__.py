"""REST: webhook endpoints."""
