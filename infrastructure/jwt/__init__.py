"""Access tokens as signed JWTs."""
