"""One's own account, and everybody's for superusers."""

from collections.abc import Iterator

from tests.faces.outcome import Plain, Request, items, text
from tests.parity.cases.case import MALFORMED, MISSING, Ask, Case, case, nothing, of
from tests.parity.scene import PASSWORD, Scene

_BETTER = "an even better staple"


def own_account() -> Iterator[Case]:
    def change(current: str, new: str) -> Ask:
        return lambda scene: {"current_password": current, "new_password": new}

    yield case("a new name", "UpdateMe", "dan", lambda scene: {"name": "Daniel"})
    yield case("no new name", "UpdateMe", "dan", nothing)
    yield case("a name of nothing", "UpdateMe", "dan", _named(" "), "FIELD_INVALID", "name")
    yield case("a name with a bad key", "UpdateMe", "dan", _named("D"), _KEY, key="short")
    yield case("a name for a guest", "UpdateMe", "guest", _named("G"), "USER_REQUIRED")
    yield case("a changed password", "ChangePassword", "carl", change(PASSWORD, _BETTER))
    yield case(
        "a password changed by guessing",
        "ChangePassword",
        "dan",
        change("wrong password", _BETTER),
        "CREDENTIALS_INVALID",
    )
    yield case(
        "a changed, short password",
        "ChangePassword",
        "dan",
        change(PASSWORD, "short"),
        "FIELD_INVALID",
        "new_password",
    )
    yield case(
        "a password changed to nothing",
        "ChangePassword",
        "dan",
        nothing,
        "FIELD_INVALID",
        "current_password",
        "new_password",
    )


def everybody() -> Iterator[Case]:
    def page(**fields: Plain) -> Ask:
        return lambda scene: fields

    yield case("the first user", "ListUsers", "ruth", page(page_size=1))
    yield case(
        "too many users", "ListUsers", "ruth", page(page_size=101), "FIELD_INVALID", "page_size"
    )
    yield case(
        "users after nonsense",
        "ListUsers",
        "ruth",
        page(page_token="nonsense"),
        "FIELD_INVALID",
        "page_token",
    )
    yield case("users for users", "ListUsers", "ada", page(), "ACCESS_DENIED")
    yield case("users for a server", "ListUsers", "live key", page(), "USER_REQUIRED")
    yield case("a user", "GetUser", "ruth", of("user_id", "ada"))
    yield case("a deactivated user", "GetUser", "ruth", of("user_id", "shut"))
    yield case("activating", "ActivateUser", "ruth", of("user_id", "dormant"))
    yield case("deactivating", "DeactivateUser", "ruth", of("user_id", "dan"))
    yield case(
        "deactivating oneself", "DeactivateUser", "ruth", of("user_id", "ruth"), "OWN_ACCOUNT"
    )
    yield case("granting what there is", "GrantSuperuser", "ruth", of("user_id", "ruth"))
    yield case(
        "granting to nobody active",
        "GrantSuperuser",
        "ruth",
        of("user_id", "shut"),
        "USER_INACTIVE",
    )
    yield case("revoking what there is not", "RevokeSuperuser", "ruth", of("user_id", "ada"))
    yield case("revoking the last one", "RevokeSuperuser", "ruth", _only_ruth, "LAST_SUPERUSER")
    for operation in (
        "GetUser",
        "ActivateUser",
        "DeactivateUser",
        "GrantSuperuser",
        "RevokeSuperuser",
    ):
        yield case(
            f"{operation} of nobody", operation, "ruth", of("user_id", MISSING), "USER_NOT_FOUND"
        )
        yield case(
            f"{operation} of nonsense",
            operation,
            "ruth",
            of("user_id", MALFORMED),
            "FIELD_INVALID",
            "user_id",
        )
        yield case(
            f"{operation} by a user", operation, "ada", of("user_id", "ada"), "ACCESS_DENIED"
        )
        yield case(
            f"{operation} by a user before a wrong shape",
            operation,
            "ada",
            of("user_id", MALFORMED),
            "ACCESS_DENIED",
        )


_KEY = "IDEMPOTENCY_KEY_INVALID"


def _named(name: str) -> Ask:
    return lambda scene: {"name": name}


def _only_ruth(scene: Scene) -> Request:
    """Were there another superuser, the call would do what it must not."""
    asked: dict[str, Plain] = {"page_size": 100}
    while True:
        page = scene.do("ListUsers", "ruth", asked)
        superusers = {text(user, "id") for user in items(page, "items") if user["superuser"]}
        assert superusers <= {scene.ids["ruth"]}
        if not text(page, "next_page_token"):
            return {"user_id": scene.ids["ruth"]}
        asked["page_token"] = page["next_page_token"]
