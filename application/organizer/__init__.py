"""Operations on: organizer."""
