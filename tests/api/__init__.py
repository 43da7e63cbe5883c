"""The REST face, in process, over the memory adapters."""
