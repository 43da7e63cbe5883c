"""Forged tokens: what somebody sends who should not get in, and what they must be told.

A few rows are no forgeries but spellings that are allowed: a table that refuses everything would
prove nothing.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infrastructure.jwt.keys import signing_key
from tests.faces.forgery import (
    LEFT_OUT,
    Material,
    claims_of,
    compact,
    encoded,
    forger,
    respelt,
    shifted,
    twice,
)

INVALID, EXPIRED, REVOKED, MISSING = (
    "TOKEN_INVALID",
    "TOKEN_EXPIRED",
    "TOKEN_REVOKED",
    "TOKEN_MISSING",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Headers, or metadata; `query` only where there is a URL."""

    headers: tuple[tuple[str, str], ...]
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`reason` None: let in. `looked_up`: the token itself is good, only whoever knows the user
    can refuse it. `http_only`: gRPC cannot carry it."""

    make: Callable[[Material], Sent]
    reason: str | None = INVALID
    looked_up: bool = False
    http_only: bool = False


_NEVER: tuple[object, ...] = (None, True, 1.5, -1, [], {})
"""What no claim can be."""

Text = Callable[[Material], str]
T = TypeVar("T")
R = TypeVar("R")


def of(value: T, make: Callable[[Material, T], R]) -> Callable[[Material], R]:
    """Binds a value of a loop."""
    return lambda m: make(m, value)


def bearer(text: Text, reason: str | None = INVALID, **how: bool) -> Row:
    return as_sent(lambda m: f"Bearer {text(m)}", reason=reason, **how)


def as_sent(*values: Text, reason: str | None = INVALID, **how: bool) -> Row:
    """One Authorization header each."""
    return Row(
        make=lambda m: Sent(headers=tuple(("authorization", value(m)) for value in values)),
        reason=reason,
        **how,
    )


def elsewhere(name: str, value: Text) -> Row:
    """Not where a token belongs: as if there were none."""
    return Row(make=lambda m: Sent(headers=((name, value(m)),)), reason=MISSING)


def _algorithms() -> Iterator[tuple[str, Row]]:
    for name in ("none", "None", "NONE", "nOnE", ""):
        yield f"alg {name!r} unsigned", bearer(
            of(name, lambda m, alg: compact(m.header(alg=alg), m.claims(), lambda _: b""))
        )
        yield f"alg {name!r} signed by us", bearer(of(name, lambda m, alg: m.headed(alg=alg)))
    yield "no signature", bearer(lambda m: m.token.rsplit(".", 1)[0] + ".")
    public: Mapping[str, Callable[[Material], bytes]] = {
        "raw": lambda m: m.key.public.public_bytes_raw(),
        "PEM": lambda m: m.key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "DER": lambda m: m.key.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "JWK": lambda m: json.dumps(m.key.jwk()).encode(),
        "x": lambda m: m.key.jwk()["x"].encode(),
        "kid": lambda m: m.key.kid.encode(),
        "empty": lambda m: b"",
    }
    for what, secret in public.items():
        for algorithm in ("HS256", "HS384", "HS512"):
            yield f"{algorithm} with the public key ({what})", bearer(
                of((algorithm, secret), lambda m, by: m.confused(by[0], by[1](m)))
            )
    for algorithm in ("RS256", "PS256", "ES256"):
        yield f"{algorithm} of a foreign key", bearer(of(algorithm, lambda m, a: m.foreign(a)))
    for changed in ("eddsa", "Ed25519", "EdDSA ", ["EdDSA"], 1, None, LEFT_OUT):
        shown = "missing" if changed is LEFT_OUT else repr(changed)
        yield f"alg {shown}", bearer(of(changed, lambda m, alg: m.headed(alg=alg)))
    yield "another Ed25519 key, our kid", bearer(lambda m: m.theirs(m.header()))
    yield "another Ed25519 key, its own kid", bearer(
        lambda m: m.theirs(m.header(kid=signing_key("the forger's").kid))
    )
    yield "a signature of zeros", bearer(
        lambda m: compact(m.header(), m.claims(), lambda _: bytes(64))
    )


def _headers() -> Iterator[tuple[str, Row]]:
    kids: Mapping[str, object] = {
        "missing": LEFT_OUT,
        "unknown": "unknown",
        "empty": "",
        "a path": "../../../../dev/null",
        "SQL": "x' UNION SELECT 'secret' --",
        "a number": 1,
        "null": None,
        "a URL": "https://evil.example/key",
    }
    for what, kid in kids.items():
        yield f"kid {what}", bearer(of(kid, lambda m, kid: m.headed(kid=kid)))
    yield "kid in a list", bearer(lambda m: m.headed(kid=[m.key.kid]))
    yield "kid in capitals", bearer(lambda m: m.headed(kid=m.key.kid.upper()))
    yield "kid and a zero", bearer(lambda m: m.headed(kid=m.key.kid + "\0"))
    yield "kid twice, ours last", bearer(lambda m: m.ours(header=twice(m.header(), "kid", "x")))
    yield "alg twice, none first", bearer(lambda m: m.ours(header=twice(m.header(), "alg", "none")))
    own = {"kty": "OKP", "crv": "Ed25519", "x": encoded(forger().public_key().public_bytes_raw())}
    more: Mapping[str, object] = {
        "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/chain.pem",
        "jwk": own,
        "x5c": ["MIIB"],
        "x5t": "c29tZXRoaW5n",
        "crit": ["exp"],
        "zip": "DEF",
        "cty": "JWT",
    }
    for name, value in more.items():
        extra = {name: value}
        yield f"{name}, signed by the forger", bearer(
            of(extra, lambda m, e: m.theirs(m.header(**e)))
        )
        yield f"{name}, signed by us", bearer(of(extra, lambda m, e: m.headed(**e)))
    yield "crit, empty", bearer(lambda m: m.headed(crit=[]))
    yield "b64 false", bearer(lambda m: m.headed(b64=False))
    yield "b64 false and crit", bearer(lambda m: m.headed(b64=False, crit=["b64"]))
    for typ in ("JWT", "jwt", "AT+JWT", "application/at+jwt", "refresh+jwt", "", ["at+jwt"], None):
        yield f"typ {typ!r}", bearer(of(typ, lambda m, typ: m.headed(typ=typ)))
    yield "typ missing", bearer(lambda m: m.headed(typ=LEFT_OUT))
    for what, raw in (("a list", b"[]"), ("not JSON", b"{"), ("not UTF-8", b'{"alg":"\xff"}')):
        yield f"a header that is {what}", bearer(of(raw, lambda m, raw: m.ours(header=raw)))


def _claims() -> Iterator[tuple[str, Row]]:
    for name in ("iss", "aud", "sub", "sid", "kind", "iat", "exp", "jti"):
        yield f"{name} missing", bearer(of(name, lambda m, n: m.saying(**{n: LEFT_OUT})))
        for wrong in _NEVER:
            yield f"{name} {wrong!r}", bearer(
                of((name, wrong), lambda m, said: m.saying(**{said[0]: said[1]}))
            )
    texts: Mapping[str, tuple[object, ...]] = {
        "aud": ("somebody", "", ["holdfast"], ["holdfast", "somebody"], "holdfast "),
        "iss": ("somebody", "", "https://holdfast", "Holdfast", ["holdfast"]),
        "jti": ("", "x" * 65, 7),
        "kind": ("admin", "USER", "api_key", "system", ["user"]),
        "exp": ("soon", "9999999999", float("nan"), float("inf"), 10**30, 0),
        "iat": ("now", "0", float("nan"), 10**30, 0),
        "sub": ("1", "root", "' OR 1=1 --", str(uuid.UUID(int=0)) + "\n", 1),
        "sid": ("1", "' OR 1=1 --", ["x"]),
    }
    for name, values in texts.items():
        for value in values:
            yield f"{name} {str(value)[:32]!r} {type(value).__name__}", bearer(
                of((name, value), lambda m, said: m.saying(**{said[0]: said[1]}))
            )
    yield "iat and exp with a fraction", bearer(lambda m: m.saying(exp=m.now + 60.5))
    yield "a claim of another token", bearer(lambda m: m.saying(nbf=m.now + 3600))
    yield "a claim that nobody asked for", bearer(lambda m: m.saying(superuser=True))
    for name, wanted in (("sub", str(uuid.uuid4())), ("exp", 9_999_999_999), ("kind", "guest")):
        yield f"{name} twice", bearer(
            of((name, wanted), lambda m, said: m.ours(twice(m.claims(), *said)))
        )
    bodies = {
        "a list": b"[]",
        "a text": b'"x"',
        "nothing": b"{}",
        "not UTF-8": b'{"sub":"\xff"}',
        "a mark and JSON": b"\xef\xbb\xbf{}",
        "nested": b"[" * 1400,
    }
    for what, body in bodies.items():
        yield f"claims: {what}", bearer(of(body, lambda m, body: m.ours(body)))
    yield "claims: and more", bearer(lambda m: m.ours(json.dumps(m.claims()).encode() + b"{}"))


def _times() -> Iterator[tuple[str, Row]]:
    def living(start: int, end: int) -> Text:
        return lambda m: m.saying(iat=m.now + start, exp=m.now + end)

    yield "a token of ours made by hand", bearer(living(0, 300), None)
    yield "issued a moment ahead", bearer(living(2, 300), None)
    yield "expired a minute ago", bearer(living(-300, -60), EXPIRED)
    yield "expired beyond the leeway", bearer(living(-300, -6), EXPIRED)
    yield "expired years ago", bearer(living(-300_000_300, -300_000_000), EXPIRED)
    yield "issued in the future", bearer(living(60, 300))
    yield "issued just beyond the leeway", bearer(living(30, 300))
    yield "living longer than any", bearer(living(0, 100_000))
    yield "living for years", bearer(living(0, 10**9))
    yield "living since years ago", bearer(living(-(10**9), 300))
    yield "expired before it was issued", bearer(living(-2, -3))
    yield "living for no time", bearer(living(0, 0))


def _people() -> Iterator[tuple[str, Row]]:
    spelt: Mapping[str, Callable[[str], str]] = {
        "in capitals": str.upper,
        "in braces": lambda text: f"{{{text}}}",
        "as a URN": lambda text: f"urn:uuid:{text}",
        "without dashes": lambda text: text.replace("-", ""),
        "and a space": lambda text: f"{text} ",
    }
    for name in ("sub", "sid"):
        for what, respell in spelt.items():
            yield f"{name} {what}", bearer(
                of((name, respell), lambda m, by: m.saying(**{by[0]: by[1](_said(m.token, by[0]))}))
            )
    unknown = str(uuid.UUID("01890000-0000-7000-8000-000000000000"))
    yield "an unknown user", bearer(lambda m: m.saying(sub=unknown), looked_up=True)
    yield "an unknown session", bearer(lambda m: m.saying(sid=unknown), REVOKED, looked_up=True)
    yield "a stranger's session", bearer(
        lambda m: m.saying(sid=_said(m.stranger_token, "sid")), REVOKED, looked_up=True
    )
    yield "a stranger with my session", bearer(
        lambda m: m.saying(sub=_said(m.stranger_token, "sub")), REVOKED, looked_up=True
    )
    yield "a session that was ended", bearer(lambda m: m.ended_token, REVOKED, looked_up=True)
    yield "a user as a guest", bearer(
        lambda m: m.saying(kind="guest", sid=LEFT_OUT), looked_up=True
    )
    yield "a guest with a session", bearer(lambda m: m.saying(kind="guest"))
    yield "a user without a session", bearer(
        lambda m: m.ours(m.claims(sub=_said(m.guest_token, "sub"), sid=LEFT_OUT))
    )
    yield "a guest as a user", bearer(
        lambda m: m.saying(sub=_said(m.guest_token, "sub")), looked_up=True
    )


def _other_secrets() -> Iterator[tuple[str, Row]]:
    yield "a refresh token", bearer(lambda m: m.refresh_token)
    yield "a refresh token called an API key", bearer(lambda m: f"hf_live_{m.refresh_token}")
    keys: Mapping[str, Callable[[str], str]] = {
        "truncated": lambda key: key[:-1],
        "extended": lambda key: key + "A",
        "of the other mode": lambda key: key.replace("hf_live_", "hf_test_"),
        "without its prefix": lambda key: key.removeprefix("hf_live_"),
        "in small letters": str.lower,
        "in capitals": str.upper,
        "turned around": lambda key: "hf_live_" + key[:7:-1],
        "and a space": lambda key: f"{key} x",
        "and SQL": lambda key: f"{key}'--",
        "as SQL": lambda key: "hf_live_'/**/OR/**/1=1--",
        "as a pattern": lambda key: "hf_live_%",
        "in quotes": lambda key: f'"{key}"',
        "with padding": lambda key: f"{key}=",
        "that is a prefix alone": lambda key: "hf_live_",
        "and a dot": lambda key: f"{key}.",
        "of great length": lambda key: key + "A" * 3000,
    }
    for what, change in keys.items():
        yield f"an API key {what}", bearer(of(change, lambda m, change: change(m.api_key)))


def _texts() -> Iterator[tuple[str, Row]]:
    changes: Mapping[str, Callable[[str], str]] = {
        "cut by one": lambda token: token[:-1],
        "cut by ten": lambda token: token[:-10],
        "cut in front": lambda token: token[1:],
        "extended": lambda token: token + "A",
        "and a dot": lambda token: token + ".",
        "after a dot": lambda token: "." + token,
        "with a doubled dot": lambda token: token.replace(".", "..", 1),
        "without its header": lambda token: token.split(".", 1)[1],
        "of five parts, like an encrypted one": lambda token: f"{token}.{encoded(b'x')}.AA",
        "of four parts": lambda token: f"{token}.AA",
        "of dots": lambda token: "..",
        "with a space inside": lambda token: token.replace(".", ". ", 1),
        "with padding": lambda token: token + "==",
        "with padding inside": lambda token: token.replace(".", "==.", 1),
        "with other bits at its end": respelt,
        "with another spelling of its signature": shifted,
        "in quotes": lambda token: f'"{token}"',
        "with percents for dots": lambda token: token.replace(".", "%2E"),
        "in the other alphabet": lambda token: token[:-1].replace("-", "+").replace("_", "/") + "+",
        "in small letters": str.lower,
        "and a comma": lambda token: f"{token},{token}",
        "in JSON": lambda token: json.dumps(dict(zip("abc", token.split("."), strict=True))),
    }
    for what, change in changes.items():
        yield f"a token {what}", bearer(of(change, lambda m, change: change(m.token)))
    yield "a token of 3 KB, signed by us", bearer(lambda m: m.saying(jti="x" * 2000))
    odd = {"full-width dots": "\uff0e", "no-break spaces": "\xa0", "tabs": "\t"}
    for what, letter in odd.items():
        yield f"a token with {what}", bearer(
            of(letter, lambda m, letter: m.token.replace(".", letter)), http_only=True
        )
    yield "a token with a look-alike", bearer(
        lambda m: m.token.replace("e", "\u0435", 1), http_only=True
    )


def _around() -> Iterator[tuple[str, Row]]:
    def token(m: Material) -> str:
        return f"Bearer {m.token}"

    yield "the token itself", as_sent(token, reason=None)
    for spelling in ("bearer", "BEARER", "bEaReR"):
        yield f"the scheme spelt {spelling}", as_sent(
            of(spelling, lambda m, s: f"{s} {m.token}"), reason=None
        )
    yield "two spaces", as_sent(lambda m: f"Bearer  {m.token}", reason=None)
    yield "sent twice", as_sent(token, token)
    yield "a good one and a bad one", as_sent(token, lambda m: "Bearer x")
    yield "a bad one and a good one", as_sent(lambda m: "Bearer x", token)
    yield "a good one and an empty one", as_sent(token, lambda m: "")
    yield "two in one header", as_sent(lambda m: f"Bearer {m.token}, Bearer {m.token}")
    for scheme in ("Basic", "Token", "JWT", "Digest", "DPoP", "Bearer:", "Bearer="):
        yield f"the scheme {scheme}", as_sent(of(scheme, lambda m, s: f"{s} {m.token}"))
    yield "no scheme", as_sent(lambda m: m.token)
    yield "the scheme twice", as_sent(lambda m: f"Bearer Bearer {m.token}")
    for nothing in ("", "Bearer", "Bearer ", "Bearer null", "Bearer undefined"):
        yield f"just {nothing!r}", as_sent(of(nothing, lambda m, text: text))
    yield "in the cookie", elsewhere("cookie", lambda m: f"access_token={m.token}")
    for name in ("x-authorization", "proxy-authorization", "x-forwarded-access-token", "token"):
        yield f"in {name}", elsewhere(name, token)
    yield "only said to be a user", elsewhere("x-user-id", lambda m: _said(m.token, "sub"))
    for name in ("access_token", "token"):
        yield f"in the query as {name}", Row(
            make=of(name, lambda m, name: Sent(headers=(), query=f"{name}={m.token}")),
            reason=MISSING,
            http_only=True,
        )


def _said(token: str, name: str) -> str:
    return str(claims_of(token)[name])


def _table() -> dict[str, Row]:
    found: dict[str, Row] = {}
    parts = (
        _algorithms(),
        _headers(),
        _claims(),
        _times(),
        _people(),
        _other_secrets(),
        _texts(),
        _around(),
    )
    for part in parts:
        for name, row in part:
            if name in found:
                raise ValueError(f"there are two rows {name!r}")
            found[name] = row
    return found


TABLE: Mapping[str, Row] = MappingProxyType(_table())
