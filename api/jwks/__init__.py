"""The public keys of our tokens."""
