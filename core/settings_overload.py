"""The section of the settings for what happens when there is more to do than can be done."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.settings_sections import BETWEEN, Section

_MOST = 1_000_000  # more would be no bound: a process that has to remember them is lost

Calls = Annotated[int, Field(ge=0, le=_MOST)]


class Overload(Section):
    """How much waits before the rest is refused; in each process."""

    most_under_way: Annotated[int, Field(ge=1, le=_MOST)] = Field(
        default=2000,
        description="Most calls under way at a time; beyond them the answer is 503. Lists are "
        "refused at five eighths of it, reads at six, what takes stock at seven, payments at all",
    )
    most_waiting: Annotated[int, Field(ge=1, le=_MOST)] = Field(
        default=2000,
        description="Of them, most that wait for a connection, and as many that wait to be "
        "written together, with the same shares",
    )
    most_per_event: Annotated[int, Field(ge=1, le=_MOST)] = Field(
        default=1000, description="Of those to be written together, most of one event"
    )
    most_per_caller: Calls = Field(
        default=32,
        description="Most calls that one user or guest has under way at a time; beyond them the "
        "answer is 429; 0 for no limit",
    )
    most_per_api_key: Calls = Field(
        default=256, description="The same for one API key; 0 for no limit"
    )

    @model_validator(mode="after")
    def _an_event_is_a_part(self) -> "Overload":
        if self.most_per_event > self.most_waiting:
            raise PydanticCustomError(
                BETWEEN, "OVERLOAD__MOST_PER_EVENT must not be above OVERLOAD__MOST_WAITING"
            )
        return self
