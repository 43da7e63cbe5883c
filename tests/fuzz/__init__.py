"""Fuzzing of both faces, generated from what they say of themselves: `make test-api`."""
