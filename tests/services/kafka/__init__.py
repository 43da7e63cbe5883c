"""The Kafka adapter on a real broker."""
