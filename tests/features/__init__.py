"""What an organizer may expect, in an organizer's words, on both faces."""
