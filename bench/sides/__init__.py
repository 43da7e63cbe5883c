"""What is measured: each side does one thing, and says how fast."""
