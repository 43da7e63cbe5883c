"""Servers that speak like payment providers, written for tests: each keeps books of its own."""
