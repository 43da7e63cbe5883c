"""The purchase process with a provider of its own, on a clock that can be moved."""
