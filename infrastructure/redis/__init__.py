"""What all processes share for a moment, in Redis or Valkey; it may vanish at any time."""
