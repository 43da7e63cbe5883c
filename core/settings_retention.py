"""How long what grows with every sale is kept."""

from pydantic import Field

from core.settings_sections import YEAR, Section


class Retention(Section):
    """How long what grows with every sale is kept. Answers to keys: IDEMPOTENCY__TTL_HOURS."""

    holds_days: int = Field(
        default=30,
        ge=1,
        le=YEAR // 86400,
        description="How long holds are kept after they were made, in days; one that is active "
        "keeps those of its day",
    )
    outbox_days: int = Field(
        default=7,
        ge=1,
        le=YEAR // 86400,
        description="How long facts are kept, in days; one that a reader of the log has before it "
        "keeps those of its day",
    )
