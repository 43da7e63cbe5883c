"""The guest aggregate."""
