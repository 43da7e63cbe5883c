"""What others rely on, as it was published: the API in api.json, the messages in messages.json."""
