"""Operations on: user."""
