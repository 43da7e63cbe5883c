"""Sealed texts: refresh tokens, proofs of an address, invitations."""
