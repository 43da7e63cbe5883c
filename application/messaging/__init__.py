"""Facts as messages: what consumers do with them, in whatever way they came."""
