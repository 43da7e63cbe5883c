"""Tokens, passwords and ids."""
