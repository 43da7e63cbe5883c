"""`make bench`: what was promised about speed, measured against yardsticks that run beside it."""
