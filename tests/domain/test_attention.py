"""Items that need a person: asked once, decided once, with a choice of their own."""

import pytest

from domain.attention.attention import CHOICES, Attention, AttentionKind, AttentionState, Choice
from domain.attention.errors import AttentionResolved
from domain.attention.facts import AttentionAsked, AttentionGiven
from shared.errors import FieldInvalid
from shared.ids import AttentionId, OrderId, OrganizerId, UserId
from tests.domain.builders import AT, SECOND, uid

BY = UserId(uid("ada"))


def item(kind: AttentionKind) -> Attention:
    return Attention.ask(
        id=AttentionId(uid("item")),
        kind=kind,
        subject_id=uid("subject"),
        organizer_id=OrganizerId(uid("organizer")),
        order_id=OrderId(uid("order")),
        live=True,
        detail="It stands still.",
        at=AT,
    )


@pytest.mark.parametrize("kind", AttentionKind)
def test_what_is_asked(kind: AttentionKind) -> None:
    asked = item(kind)
    assert (asked.state, asked.choices, asked.version) == (AttentionState.OPEN, CHOICES[kind], 1)
    (fact,) = asked.facts
    assert isinstance(fact, AttentionAsked) and fact.aggregate_id == asked.id
    assert (fact.kind, fact.subject_id) == (kind.value, asked.subject_id)


@pytest.mark.parametrize("kind", AttentionKind)
def test_everything_can_be_dismissed(kind: AttentionKind) -> None:
    assert Choice.DISMISS in CHOICES[kind]


@pytest.mark.parametrize("kind", AttentionKind)
@pytest.mark.parametrize("choice", Choice)
def test_it_is_resolved_by_a_choice_of_its_own(kind: AttentionKind, choice: Choice) -> None:
    asked = item(kind)
    if choice not in asked.choices:
        with pytest.raises(FieldInvalid) as refused:
            asked.resolve(choice, note="", by=BY, at=AT)
        assert [each.field for each in refused.value.violations] == ["choice"]
        return
    done = asked.resolve(choice, note=" so be it ", by=BY, at=AT + SECOND)
    assert (done.state, done.choice, done.note) == (AttentionState.RESOLVED, choice, "so be it")
    assert (done.resolved_by, done.resolved_at, done.choices) == (BY, AT + SECOND, ())
    assert isinstance(done.facts[-1], AttentionGiven)
    with pytest.raises(AttentionResolved) as again:
        done.resolve(choice, note="", by=None, at=AT)
    assert again.value.metadata == {"choice": choice.value}


@pytest.mark.parametrize("note", ["x" * 1001, "\x00"])
def test_a_note_is_text(note: str) -> None:
    with pytest.raises(FieldInvalid):
        item(AttentionKind.DISPUTE).resolve(Choice.DISMISS, note=note, by=BY, at=AT)
