"""The embedded server: what survives, what does not, and who may come in."""
