"""The people of the features: accounts are made once, for hashing passwords is slow on purpose."""

from dataclasses import dataclass

from tests.faces.outcome import Face, text

NAMES = ("Olga", "Otto", "Ada", "Ben", "Cem", "Dana")
"""Olga and Otto sell, the others buy. Whoever else a scenario tells of is its own."""

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whoever calls: a user, the same one on another device, a guest, an organizer's server."""

    name: str
    email: str
    token: str
    id: str = ""
    refresh: str = ""
    password: str = PASSWORD


def register(face: Face, name: str, email: str | None = None) -> Person:
    """A new account, logged in."""
    email = email or f"{name.lower()}@example.org"
    request = {"email": email, "password": PASSWORD, "name": name}
    user = face.call("Register", request, token=None).ok()
    return log_in(face, Person(name=name, email=email, token="", id=text(user, "id")))


def log_in(face: Face, person: Person) -> Person:
    """The same person with the tokens of a new session."""
    request = {"email": person.email, "password": person.password}
    tokens = face.call("Login", request, token=None).ok()
    return Person(
        name=person.name,
        email=person.email,
        token=text(tokens, "access_token"),
        id=person.id,
        refresh=text(tokens, "refresh_token"),
        password=person.password,
    )
