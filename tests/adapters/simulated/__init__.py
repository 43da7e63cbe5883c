"""The simulated payment provider and its adapter."""
