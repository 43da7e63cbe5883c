"""Operations on: event."""
