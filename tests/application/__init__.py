"""The application over its memory adapters."""
