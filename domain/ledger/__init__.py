"""The ledger: where every cent is, in double entry."""
