"""Every operation before every kind of caller, on both faces: who is let in, and what is told."""
