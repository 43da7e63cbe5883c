"""REST: the fast lane, a short way to the same endpoints for the few routes a sale is made of."""
