"""REST: is this process alive, and can it serve."""
