"""Steps of the feature files; which face they go through is not their matter."""
