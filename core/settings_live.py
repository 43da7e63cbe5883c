"""The section of the settings for streams: what one watches as it changes."""

from typing import Annotated

from pydantic import Field

from core.settings_sections import Section

_MOST = 100_000  # more would be no bound

Streams = Annotated[int, Field(ge=1, le=_MOST)]


class Live(Section):
    """Streams that are open at a time, in each process, and how long they last."""

    most: Streams = Field(default=1000, description="In all; beyond them the answer is 503")
    most_per_caller: Streams = Field(
        default=10, description="Of one user or guest; beyond them the answer is 429"
    )
    most_per_api_key: Streams = Field(default=100, description="The same for one API key")
    longest_seconds: Annotated[int, Field(ge=1, le=86_400)] = Field(
        default=900, description="A stream ends after that; its reader opens it again"
    )
    recheck_seconds: Annotated[int, Field(ge=1, le=30)] = Field(
        default=10,
        description="How often it is asked whether the caller may still see what it watches",
    )
