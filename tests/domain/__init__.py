"""Every transition, every refusal, and the invariants of the sale."""
