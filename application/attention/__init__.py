"""Operations on: attention."""
