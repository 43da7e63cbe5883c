"""What operations answer: plain values that both faces render."""
