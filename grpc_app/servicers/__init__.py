"""One servicer for each group of operations."""
