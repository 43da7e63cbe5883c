"""One suite per port, abstract; tests/adapters binds each to every adapter of the port."""
