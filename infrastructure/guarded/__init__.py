"""A guard around any payment provider: deadlines, retries, and patience with outages."""
