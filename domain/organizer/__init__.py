"""The organizer aggregate."""
