"""Pure ASGI middleware, from the outside in: see api.app."""
