"""The way out to webhook endpoints, which leads nowhere but to the public."""
