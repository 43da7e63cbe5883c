"""REST: member."""
