"""Operations on: auth."""
