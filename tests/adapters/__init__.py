"""Each adapter against the contract of its port, and against the thing it adapts."""
