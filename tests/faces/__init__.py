"""Both faces behind one synchronous interface, for tests that ask the same of either."""
