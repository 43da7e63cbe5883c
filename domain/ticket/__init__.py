"""The ticket aggregate."""
