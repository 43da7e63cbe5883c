"""Operations on: api key."""
