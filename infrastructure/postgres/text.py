"""What PostgreSQL can keep as text."""


def is_storable(text: str) -> bool:
    """False for NUL and lone surrogates. A search for such a text finds nothing, so it need not
    reach the database, which would take it for an error."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
