"""Pure functions between messages of the wire and those of the application."""
