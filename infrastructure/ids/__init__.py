"""Whatever must be new or unguessable."""
