"""The yardstick that most shops are built like: an ORM, a row lock, a flush."""
