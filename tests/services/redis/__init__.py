"""The adapter of Redis Streams on a real server."""
