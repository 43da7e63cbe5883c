"""Going on with a session and ending it; proofs by mail."""

from collections.abc import Iterator

from tests.parity.cases.case import Ask, Case, case, known, nothing
from tests.parity.scene import PASSWORD


def sessions() -> Iterator[Case]:
    def refused(name: str, token: str) -> Case:
        return case(
            name, "RefreshToken", "", known(token, "refresh_token"), "REFRESH_TOKEN_INVALID"
        )

    yield case("going on", "RefreshToken", "", known("refresh of ada", "refresh_token"))
    yield refused("going on with nonsense", "nonsense")
    yield refused("going on after logging out", "refresh of logged out")
    yield refused("going on as somebody deactivated", "refresh of shut")
    yield refused("going on with the token of a mail", "verification of nora")
    yield case(
        "going on with an access token",
        "RefreshToken",
        "",
        lambda scene: {"refresh_token": scene.tokens["ada"]},
        "REFRESH_TOKEN_INVALID",
    )
    yield case(
        "going on with nothing", "RefreshToken", "", nothing, "FIELD_INVALID", "refresh_token"
    )
    yield case("logging out", "Logout", "leaving", nothing)
    yield case("logging out everywhere", "LogoutEverywhere", "lou", nothing)
    for operation in ("Logout", "LogoutEverywhere"):
        yield case(f"{operation} by nobody", operation, "", nothing, "TOKEN_MISSING")
        yield case(f"{operation} once more", operation, "logged out", nothing, "TOKEN_REVOKED")
        yield case(f"{operation} by a guest", operation, "guest", nothing, "USER_REQUIRED")
        yield case(f"{operation} by a server", operation, "live key", nothing, "USER_REQUIRED")


def proofs() -> Iterator[Case]:
    def reset(token: str, password: str = PASSWORD) -> Ask:
        return lambda scene: {
            "token": scene.secrets.get(token, token),
            "new_password": password,
        }

    def ask(who: str) -> Ask:
        return lambda scene: {"email": scene.email(who)}

    yield case("asking for a new password", "RequestPasswordReset", "", ask("ben"))
    yield case("asking for nobody's password", "RequestPasswordReset", "", ask("nobody"))
    yield case(
        "asking for the password of nonsense",
        "RequestPasswordReset",
        "",
        lambda scene: {"email": "nonsense"},
        "FIELD_INVALID",
        "email",
    )
    yield case(
        "asking for the password of nothing",
        "RequestPasswordReset",
        "",
        nothing,
        "FIELD_INVALID",
        "email",
    )
    yield case("a new password", "ResetPassword", "", reset("reset of rita"))
    for token in ("nonsense", "verification of nora", "refresh of ada"):
        yield case(
            f"a new password with {token}", "ResetPassword", "", reset(token), "PROOF_INVALID"
        )
    yield case(
        "a new, short password",
        "ResetPassword",
        "",
        reset("nonsense", "short"),
        "FIELD_INVALID",
        "new_password",
    )
    yield case(
        "a new password with nothing",
        "ResetPassword",
        "",
        nothing,
        "FIELD_INVALID",
        "token",
        "new_password",
    )
    yield case("one more letter", "RequestEmailVerification", "ben", nothing)
    yield case("one more letter for nothing", "RequestEmailVerification", "vera", nothing)
    yield case("a letter too many", "RequestEmailVerification", "eve", nothing, "RATE_LIMITED")
    yield case("a letter to a guest", "RequestEmailVerification", "guest", nothing, "USER_REQUIRED")
    for who, reason in (
        ("ben", "PROOF_INVALID"),
        ("vera", "PROOF_INVALID"),
        ("guest", "USER_REQUIRED"),
        ("live key", "USER_REQUIRED"),
        ("", "TOKEN_MISSING"),
    ):
        name = f"an address verified by {who or 'nobody'}"
        yield case(name, "VerifyEmail", who, known("verification of nora"), reason)
    yield case("an address verified", "VerifyEmail", "nora", known("verification of nora"))
    for who, token in (
        ("nora", "verification of nora"),
        ("nora", "nonsense"),
        ("nora", "invitation of joe"),
        ("vera", "verification of vera"),
        ("vera", "reset of rita"),
    ):
        name = f"an address verified by {who} with {token}"
        yield case(name, "VerifyEmail", who, known(token), "PROOF_INVALID")
    yield case(
        "an address verified with nothing", "VerifyEmail", "nora", nothing, "FIELD_INVALID", "token"
    )


def standing() -> Iterator[Case]:
    """Who may not come in any more, or never could."""
    for who, reason in (
        ("no session", "TOKEN_REVOKED"),
        ("logged out", "TOKEN_REVOKED"),
        ("shut", "TOKEN_REVOKED"),
        ("claimed guest", "TOKEN_REVOKED"),
        ("revoked key", "TOKEN_REVOKED"),
        ("expired key", "TOKEN_EXPIRED"),
        ("strange key", "TOKEN_INVALID"),
        ("guest", "USER_REQUIRED"),
        ("live key", "USER_REQUIRED"),
    ):
        yield case(f"who am I as {who}", "GetMe", who, nothing, reason)
    yield case(
        "logging in as somebody deactivated",
        "Login",
        "",
        lambda scene: {"email": scene.email("shut"), "password": PASSWORD},
        "CREDENTIALS_INVALID",
    )
