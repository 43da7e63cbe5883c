"""REST: organizer."""
