"""How often callers may write, as they see it through the faces of real processes."""
