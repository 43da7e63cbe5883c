"""Shapes of users."""

from uuid import UUID

from pydantic import AwareDatetime

from api.shape import Output, with_example


class User(Output):
    model_config = with_example(
        {
            "id": "01936b2a-7c00-7a10-8000-000000000001",
            "email": "ada@example.com",
            "name": "Ada",
            "created_at": "2026-11-21T10:00:00.000000Z",
        }
    )

    id: UUID
    email: str
    name: str
    created_at: AwareDatetime
