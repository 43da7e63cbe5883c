"""What needs real servers: `make test-services` starts them. Not part of `make test`."""
