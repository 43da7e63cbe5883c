"""The kernel every layer may use: errors, ids, money, facts, field checks. Standard library only."""
