import pytest

from infrastructure.calendar.ics import IcsCalendars
from tests.contracts.calendars import CalendarsContract, entry, unfolded


class TestIcsCalendars(CalendarsContract):
    @pytest.fixture
    def calendars(self) -> IcsCalendars:
        return IcsCalendars(sender="Holdfast <shop@example.com>")


@pytest.mark.parametrize("sender", ["shop@example.com", "Holdfast <shop@example.com>"])
def test_who_announces_it_is_who_sends_the_letters(sender: str) -> None:
    said = dict(unfolded(IcsCalendars(sender=sender).file(entry())))
    assert said["ORGANIZER"] == "mailto:shop@example.com"
