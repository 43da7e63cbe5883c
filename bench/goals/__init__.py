"""The goals: which sides each needs, and what is demanded of them."""
