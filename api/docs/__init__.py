"""REST: the documentation page, which needs no internet."""
