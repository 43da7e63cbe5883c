"""What of Kafka needs no server; the rest is in tests/services."""
