"""The RabbitMQ adapter on a real broker."""
