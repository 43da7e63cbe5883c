"""The kernel every layer may use: errors, ids, money, facts, checks. Standard library only."""
