"""Settings, logging and wiring."""
