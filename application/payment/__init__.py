"""Operations on: payment."""
