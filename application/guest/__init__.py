"""Operations on: guest."""
