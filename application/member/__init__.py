"""Operations on: member."""
