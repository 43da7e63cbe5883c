"""Operations on: order."""
