"""Secrets, and every way in which they come in: where they belong, and where they do not."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from infrastructure.simulated.signature import HEADER, sign
from tests.hostile.caller import Caller
from tests.hostile.canaries import Canaries

RIGHT = "register: password"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def passwords(by: Caller, made: Canaries, email: str) -> str:
    """Answers an access token; both tokens of the session are canaries, too."""
    right, new = made.new(RIGHT), made.new("change: new password")
    by.ok("/auth/register", email=email, password=right, name="Ada")
    by.refused("POST", "/auth/register", json={"email": email, "password": right, "name": "Ada"})
    wrong = made.new("login: wrong password")
    for address in (email, f"nobody-{email}"):
        by.refused("POST", "/auth/login", json={"email": address, "password": wrong})
    tokens = by.ok("/auth/login", email=email, password=right)
    access = made.note("access token", tokens["access_token"])
    made.note("refresh token", tokens["refresh_token"])
    change = {"current_password": made.new("change: wrong password"), "new_password": new}
    by.refused("POST", "/users/me/password", json=change, headers=_bearer(access))
    by.ok("/users/me/password", access, current_password=right, new_password=new)
    long = made.new("register: password too long") * 20
    by.refused("POST", "/auth/register", json={"email": "b@c.de", "password": long, "name": "B"})
    by.refused("POST", "/auth/login", json={"email": email, "password": long})
    by.refused(
        "POST", "/auth/login", json={"email": made.new("a password as e-mail"), "password": "x"}
    )
    by.refused(
        "POST", "/auth/register", json={"email": made.new("e-mail"), "password": "x", "name": "B"}
    )
    return access


def shapes(by: Caller, made: Canaries, email: str) -> None:
    """Passwords that are none, in bodies that are none."""
    for name, value in (
        ("list", [made.new("password in a list")]),
        ("object", {"password": made.new("password in an object")}),
        ("key", {made.new("password as a name"): 1}),
        ("number", made.digits("password as a number")),
    ):
        for path in ("/auth/login", "/auth/register"):
            body = {"email": email, "password": value, "name": name}
            by.refused("POST", path, json=body)
    named = made.new("password as a field", echoed=True)  # the refusal says which field it means
    by.refused("POST", "/auth/login", json={"email": email, "password": "x", named: "y"})
    json_type = {"Content-Type": "application/json"}
    for name, text in (
        ("cut off", '{{"email": "a@b.de", "password": "{}'),
        ("unquoted", '{{"email": "a@b.de", "password": {}}}'),
        ("single quotes", "{{'email': 'a@b.de', 'password': '{}'}}"),
        ("twice", '{{"password": "{}", "password": 1, "email": 1}}'),
    ):
        content = text.format(made.new(f"malformed JSON, {name}")).encode()
        by.refused("POST", "/auth/login", content=content, headers=json_type)
    latin = made.new("not UTF-8").encode() + b"\xff"
    by.refused("POST", "/auth/login", content=b'{"password":"' + latin + b'"}', headers=json_type)
    by.refused("POST", "/auth/login", data={"email": email, "password": made.new("a form")})
    by.refused("POST", "/auth/login", files={"password": made.new("an upload").encode()})
    huge = made.new("an oversized body").encode() * 50_000
    by.refused("POST", "/auth/login", content=huge, headers=json_type)


def headers(by: Caller, made: Canaries) -> None:
    basic = base64.b64encode(f"ada:{made.new('Basic')}".encode()).decode()
    for value in (
        f"Basic {basic}",
        f"Bearer {made.new('Bearer')}",
        f"Bearer  {made.new('Bearer, two spaces')} x",
        f"bearer:{made.new('Bearer with a colon')}",
        f"Token {made.new('Token')}",
        f"Digest username=ada, response={made.new('Digest')}",
        made.new("no scheme"),
        f"Bearer eyJhbGciOiJub25lIn0.{made.new('unsigned JWT')}.",
        f"Bearer hf_live_{made.new('forged API key')}",
        f"Bearer hfr_{made.new('forged refresh token as access token')}",
    ):
        by.refused("GET", "/users/me", headers={"Authorization": value})
        by.rpc("UserService/GetMe", b"", ("authorization", value))
    for name in (
        "X-Api-Key",
        "X-Auth-Token",
        "Proxy-Authorization",
        "Cookie",
        "User-Agent",
        "Referer",
        "Origin",
        "X-Whatever",
        "X-Forwarded-For",
        "Content-Type",
        "If-Match",
    ):
        value = made.new(f"header {name}")
        by.refused("PATCH", "/users/me", headers={name: value}, json={})
        if name not in ("User-Agent", "Content-Type"):
            by.rpc("UserService/GetMe", b"", (name.lower(), value))
    by.rpc("UserService/GetMe", b"", ("secret-bin", made.new("binary metadata").encode()))


def addresses(by: Caller, made: Canaries, access: str) -> None:
    """In a URL: whoever does that tells every proxy, but not our log."""
    for name in ("password", "access_token", "api_key", "q"):
        value = made.new(f"query {name}")
        by.refused("GET", f"/users/me?{name}={value}")
        by.refused("GET", f"/nowhere?{name}={value}")
        by.refused("GET", f"/events?page_size=x&page_token={value}", headers=_bearer(access))
    # The refusal names the address it is about.
    by.refused("POST", f"/auth/login/{made.new('in an unknown path', echoed=True)}")
    by.refused("GET", f"/auth/{made.new('in another path', echoed=True)}/login")
    in_id = made.new("in the place of an id", echoed=True)
    by.refused("GET", f"/organizers/{in_id}", headers=_bearer(access))
    in_id = made.new("in the place of an id, without a token", echoed=True)
    by.refused("DELETE", f"/holds/hf_live_{in_id}")
    provider = made.new("in the place of a provider", echoed=True)
    by.refused("POST", f"/payments/webhooks/{provider}", content=b"{}")
    by.rpc(f"AuthService/{made.new('an unknown method', echoed=True)}", b"")
    by.rpc(f"{made.new('an unknown service', echoed=True)}/Login", b"")


def proofs(by: Caller, made: Canaries, access: str) -> None:
    """Forged ones; they look like ours."""
    word = {"new_password": made.new("reset: new password")}
    for path, field, prefix, more in (
        ("/auth/refresh", "refresh_token", "hfr_", {}),
        ("/auth/verify-email/confirm", "token", "hfv_", {}),
        ("/auth/password-reset/confirm", "token", "hfp_", word),
        ("/invitations/accept", "token", "hfi_", {}),
    ):
        for shown in (prefix, ""):
            token = shown + made.new(f"forged {field} {prefix}{shown}")
            by.refused("POST", path, json={field: token, **more}, headers=_bearer(access))
    for path in ("/auth/login", "/auth/register"):
        secret = f"hf_live_{made.new(f'an API key as password {path}')}"
        by.refused("POST", path, json={"email": "a@b", "password": secret, "name": ""})
    key = made.new("idempotency key", stored="idempotency_keys.key")  # it is what is kept
    sent = {**_bearer(access), "Idempotency-Key": key}
    body = {"name": "The Keys", "slug": f"keys-{uuid4().hex}"}
    assert by.send("POST", "/organizers", json=body, headers=sent).is_success
    bad = {**_bearer(access), "Idempotency-Key": f"{made.new('a wrong idempotency key')} !"}
    by.refused("POST", "/organizers", json=body, headers=bad)


def api_keys(by: Caller, made: Canaries, access: str) -> None:
    """A real one, used well, in wrong places, and cut short."""
    house = by.ok("/organizers", access, name="House", slug=f"house-{uuid4().hex}")
    at = f"/organizers/{house['id']}/api-keys"
    asked = {"name": "till", "live": True, "scopes": ["ListEvents"], "expires_at": None}
    key = by.ok(at, access, **asked)["key"]
    made.note("API key, all but what is shown of it", key[12:])
    made.note("API key, cut short", key[12:30])
    assert by.send("GET", "/events", headers=_bearer(key)).is_success
    for sent in (key[:30], key + "x", key.upper(), f"{key},{key}"):
        by.refused("GET", "/events", headers=_bearer(sent))
    by.refused("GET", f"/users/me?api_key={key}")
    by.refused("POST", "/auth/refresh", json={"refresh_token": key})
    by.refused("POST", "/auth/login", json={"email": key, "password": key})
    by.refused("GET", "/users/me", headers={"X-Api-Key": key, "Cookie": f"key={key}"})
    by.refused("GET", "/orders", headers=_bearer(key))
    key_id = by.send("GET", at, headers=_bearer(access)).json()["items"][0]["id"]
    assert by.send("DELETE", f"{at}/{key_id}", headers=_bearer(access)).is_success
    by.refused("GET", "/events", headers=_bearer(key))


def endpoints(by: Caller, made: Canaries, access: str) -> None:
    """Signing secrets of webhooks: two real ones, with keys that would keep them, if they could,
    and shown where they do not belong."""
    house = by.ok("/organizers", access, name="Hooks", slug=f"hooks-{uuid4().hex}")
    asked = {"live": True, "url": "https://hook.example/", "types": ["*"]}
    at, sent = f"/organizers/{house['id']}/webhook-endpoints", _bearer(access)
    answer = by.send("POST", at, json=asked, headers={**sent, "Idempotency-Key": uuid4().hex})
    endpoint = answer.json()
    own = f"/webhook-endpoints/{endpoint['id']}"
    answer = by.send("POST", f"{own}/rotate", headers={**sent, "Idempotency-Key": uuid4().hex})
    for name, secret in (("first", endpoint["secret"]), ("second", answer.json()["secret"])):
        core = made.note(f"{name} secret of an endpoint", secret.removeprefix("whsec_"))
        made.note(f"{name} secret of an endpoint, its bytes", base64.b64decode(core).hex())
        by.refused("GET", "/users/me", headers=_bearer(secret))
        by.refused("PATCH", own, json={"url": secret}, headers=sent)
        by.refused("PATCH", own, json={"types": [secret]}, headers=sent)
    by.ok(f"{own}/test", access)


def messages(by: Caller, made: Canaries) -> None:
    """Protobuf that is none, or too much of it."""
    broken = made.new("broken protobuf").encode()
    by.rpc("AuthService/Login", b"\x12\x7f" + broken)
    by.rpc("AuthService/Login", b"\x12" + bytes([len(broken) + 1]) + broken + b"\xff")
    by.rpc("AuthService/Login", b"\x0a\x01a\x12\x1c" + made.new("gRPC password").encode())
    by.rpc("AuthService/Login", b"\xfa\x7f\x1c" + made.new("an unknown field").encode())
    by.rpc("AuthService/Login", made.new("an oversized message").encode() * 200_000)


def webhooks(by: Caller, made: Canaries, secret: str) -> None:
    at = "/payments/webhooks/simulated"
    body = json.dumps({"token": made.new("in a webhook")}).encode()
    forged = f"t=1,v1={made.new('forged signature')}"
    by.refused("POST", at, content=body, headers={HEADER: forged})
    signature = sign(secret.encode(), body, at=datetime.now(UTC))
    made.note("genuine signature of nonsense", signature.partition("v1=")[2])
    by.refused("POST", at, content=body, headers={HEADER: signature})
    body = json.dumps(
        {
            "id": f"evt_{uuid4().hex}",
            "type": "payment.captured",
            "created": datetime.now(UTC).isoformat(),
            "data": {"reference": "sim_unknown"},
        }
    ).encode()
    signature = sign(secret.encode(), body, at=datetime.now(UTC))
    made.note("genuine signature", signature.partition("v1=")[2])
    by.send("POST", at, content=body, headers={HEADER: signature})


def bugs(by: Caller, made: Canaries, break_it: Callable[[], None]) -> None:
    """Exceptions that quote what was sent: `break_it` makes every new account one."""
    break_it()
    for name, text in (
        ("password=", "password={}"),
        ("json", '{{"new_password": "{}"}}'),
        ("repr", "{{'refresh_token': '{}'}}"),
        ("Bearer", "Authorization: Bearer {}"),
        ("API key", "xhf_live_{}"),
        ("reset token", "hfp_{}"),
        ("JWT", "eyJhbGciOiJub25lIn0.{}.c2ln"),
        ("DSN", "postgresql://u:{}@db/x"),
    ):
        quoted = text.format(made.new(f"a bug that quotes {name}"))
        body = {"email": f"bug-{uuid4().hex}@example.org", "password": "x" * 20, "name": quoted}
        answer = by.send("POST", "/auth/register", json=body)
        assert answer.status_code == 500, answer.text
