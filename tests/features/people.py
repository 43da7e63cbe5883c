"""The people of the features: accounts are made once, for hashing passwords is slow on purpose."""

from dataclasses import dataclass

from tests.faces.outcome import Face, text

NAMES = ("Olga", "Otto", "Ada", "Ben", "Cem", "Dana")
"""Olga and Otto sell, the others buy."""

_PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    email: str
    token: str


def register(face: Face, name: str) -> Person:
    email = f"{name.lower()}@example.org"
    face.call("Register", {"email": email, "password": _PASSWORD, "name": name}, token=None).ok()
    tokens = face.call("Login", {"email": email, "password": _PASSWORD}, token=None).ok()
    return Person(name=name, email=email, token=text(tokens, "access_token"))
