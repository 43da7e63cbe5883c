"""Driven adapters: what the application needs from the world, in the world's terms."""
