"""One address for several services: REST."""
