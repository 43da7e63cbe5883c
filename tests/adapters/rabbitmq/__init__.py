"""What of RabbitMQ needs no server; the rest is in tests/services."""
