"""How test_rest.py and the hooks that schemathesis loads find each other: by environment."""

from typing import Final

REST_URL: Final = "FUZZ_REST_URL"
ROUND: Final = "FUZZ_ROUND"
"""A word that is new for every run on one database."""
STATISTICS: Final = "FUZZ_STATISTICS"
"""The file for what was answered how often."""
