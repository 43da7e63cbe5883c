"""The parts of the benchmark that compute, and measure nothing."""
