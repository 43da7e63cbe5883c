"""The PostgreSQL adapter sits every exam of its ports, and some of its own."""
