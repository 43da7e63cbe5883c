"""Group commit: what several units of work write together, in one transaction."""
