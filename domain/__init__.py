"""Aggregates and their rules: frozen, synchronous, and asking for nothing."""
