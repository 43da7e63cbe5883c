"""Messages over RabbitMQ. One place knows its client: nobody else imports it."""
