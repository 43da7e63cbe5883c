"""Thousands of purchases at random, in virtual time: whatever happens, not a cent goes astray."""
