"""Messages over Kafka. One place knows its client: nobody else imports it."""
