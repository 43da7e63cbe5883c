"""Operations on: ticket."""
