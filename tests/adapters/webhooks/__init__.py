"""The way out to webhook endpoints: where it leads to, and where it does not."""
