"""Accounts, callers and organizers."""

from collections.abc import Iterator

from tests.faces.outcome import Plain, Request
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, of
from tests.parity.scene import PASSWORD, Scene


def accounts() -> Iterator[Case]:
    def register(**fields: Plain) -> Ask:
        return lambda scene: {
            "email": f"new-{scene.run}@example.org",
            "password": PASSWORD,
            "name": "New",
            **fields,
        }

    yield case("register", "Register", "", register())
    yield case(
        "register twice",
        "Register",
        "",
        lambda scene: {"email": scene.email("ADA"), "password": PASSWORD, "name": "Ada"},
        "EMAIL_TAKEN",
    )
    yield case(
        "register with nothing",
        "Register",
        "",
        lambda scene: {},
        "FIELD_INVALID",
        "email",
        "password",
        "name",
    )
    yield case(
        "register with nonsense",
        "Register",
        "",
        register(email="a@b", password="short", name="  "),
        "FIELD_INVALID",
        "email",
        "password",
        "name",
    )
    yield case(
        "log in",
        "Login",
        "",
        lambda scene: {"email": scene.email("ada"), "password": PASSWORD},
    )
    yield case(
        "log in with a wrong password",
        "Login",
        "",
        lambda scene: {"email": scene.email("ada"), "password": "wrong password"},
        "CREDENTIALS_INVALID",
    )
    yield case(
        "log in as nobody",
        "Login",
        "",
        lambda scene: {"email": scene.email("nobody"), "password": PASSWORD},
        "CREDENTIALS_INVALID",
    )


def callers() -> Iterator[Case]:
    def me(scene: Scene) -> Request:
        return {}

    yield case("who am I", "GetMe", "ada", me)
    yield case("no token", "GetMe", "", me, "TOKEN_MISSING")
    yield case("a nonsensical token", "GetMe", "nonsense", me, "TOKEN_INVALID")
    yield case("an expired token", "GetMe", "expired", me, "TOKEN_EXPIRED")
    yield case("a token of another secret", "GetMe", "another secret", me, "TOKEN_INVALID")
    yield case("a token of another audience", "GetMe", "another audience", me, "TOKEN_INVALID")
    yield case("a token of nobody", "GetMe", "nobody", me, "TOKEN_INVALID")
    yield case(
        "no token before a wrong shape", "GetHold", "", of("hold_id", MALFORMED), "TOKEN_MISSING"
    )
    yield case("no token before no key", "CreateHold", "", lambda scene: {}, "TOKEN_MISSING")


def organizers() -> Iterator[Case]:
    yield case(
        "a new organizer",
        "CreateOrganizer",
        "ada",
        lambda scene: {"name": "Ada's", "slug": f"adas-{scene.run}"},
    )
    yield case(
        "a slug in use",
        "CreateOrganizer",
        "ada",
        lambda scene: {"name": "Ada's", "slug": f"house-{scene.run}"},
        "SLUG_TAKEN",
    )
    yield case(
        "an organizer of nonsense",
        "CreateOrganizer",
        "ada",
        lambda scene: {"name": "", "slug": "Not A Slug"},
        "FIELD_INVALID",
        "name",
        "slug",
    )
    yield case("an organizer", "GetOrganizer", "ada", of("organizer_id", "organizer"))
    yield case(
        "no organizer", "GetOrganizer", "ada", of("organizer_id", MISSING), "ORGANIZER_NOT_FOUND"
    )
    yield case(
        "no id",
        "GetOrganizer",
        "ada",
        of("organizer_id", MALFORMED),
        "FIELD_INVALID",
        "organizer_id",
    )
