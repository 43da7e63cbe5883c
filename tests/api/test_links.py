"""What was just made says what can be done with it, and nothing that would not work."""

from tests.api.house import Json, document


def test_a_new_thing_links_to_every_operation_on_it() -> None:
    links = _links("/api/v1/events")
    assert {"GetEvent", "PublishEvent", "GetAvailability"} <= set(links)
    assert links["PublishEvent"] == {
        "operationId": "PublishEvent",
        "parameters": {"event_id": "$response.body#/id"},
    }


def test_a_link_leads_to_the_thing_itself() -> None:
    """A refund answers an id as well, which is not that of the order it is under."""
    assert "GetEvent" not in _links("/api/v1/holds")
    assert _links("/api/v1/orders/{order_id}/refunds") == {}
    assert _links("/api/v1/orders/{order_id}/payments").keys() == {"ConfirmPayment"}


def test_what_is_below_something_is_linked_with_it() -> None:
    assert _links("/api/v1/organizers/{organizer_id}/api-keys")["RevokeApiKey"]["parameters"] == {
        "organizer_id": "$request.path.organizer_id",
        "api_key_id": "$response.body#/id",
    }


def _links(path: str) -> Json:
    return document()["paths"][path]["post"]["responses"]["201"].get("links", {})
