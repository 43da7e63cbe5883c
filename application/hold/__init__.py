"""Operations on: hold."""
