"""Everything in this process's memory, with the behaviour of PostgreSQL; gone when it ends."""
