"""Operations on: webhook endpoints, and the way of a message to them."""
