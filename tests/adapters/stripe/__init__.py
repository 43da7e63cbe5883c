"""Stripe's adapter: against a server of ours that speaks like it, and against others' if asked."""
