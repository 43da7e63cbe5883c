"""Purchases at random at a provider that fails in one call of five. `make test` plays 300 of them,
`make test-long` 2,000 and `make test-random` 20,000. A failure names its story, which is told
again by

    .venv/bin/pytest tests/random -n0 --purchases 100 --first-seed <its seed>
"""

from collections import Counter

from tests.random.conftest import BATCH, STORY
from tests.random.story import tell

OFTEN = (
    "order CONFIRMED",
    "order PARTIALLY_REFUNDED",
    "order REFUNDED",
    "order EXPIRED",
    "order CANCELLED",
    "payment FAILED",
    "payment CANCELLED",
    "refund FAILED",
    "posting DISPUTE",
    "fault: authorize answer_lost",
    "fault: capture request_lost",
    "fault: refund answer_lost",
    "deaths",
    "webhooks dropped",
    "webhooks repeated",
    "webhooks given up",
)
ALL = (
    *OFTEN,
    "fault: cancel refused",
    "order FAILED",
    "events cancelled",
    "late money re-taken",
    "late money given back",
    "posting REFUND_FAILED",
    "posting DISPUTE_WON",
    "posting DISPUTE_LOST",
    "chosen: RETRY",
    "refused: ORDER_NOT_REFUNDABLE",
    "refused: REFUND_TOO_LARGE",
    "refused: PAYMENT_IN_PROGRESS",
    "refused: SOLD_OUT",
)


def test_not_a_cent_goes_astray(seeds: range) -> None:
    seen: Counter[str] = Counter()
    for seed in seeds:
        story = tell(seed, STORY)
        again = f"pytest tests/random -n0 --purchases {STORY} --first-seed {seed}"
        assert not story.wrong, "\n".join([f"again: {again}", *story.wrong])
        seen += story.seen
    print(f"\nseeds {seeds.start} to {seeds.stop - 1}: {dict(sorted(seen.items()))}")
    # What is rare may be missing from some ten stories; the first ten are known to have it all.
    wanted = ALL if seeds.start == 1 and len(seeds) >= BATCH else OFTEN
    missing = [each for each in wanted if not seen[each]]
    assert len(seeds) < 3 or not missing, f"this never happened: {missing}"


def test_a_story_can_be_told_again() -> None:
    """As it was, to the last fact: what a failing seed shows is there to be looked at."""
    first, second = tell(7, 20), tell(7, 20)
    assert first.digest == second.digest and first.seen == second.seen
    assert tell(8, 20).digest != first.digest
