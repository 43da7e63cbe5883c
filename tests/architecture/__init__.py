"""The rules of the house, run: purity, immutability, sizes. Each has a test that breaks it."""
