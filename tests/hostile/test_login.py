"""A login that fails says the same and costs the same, whatever the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import httpx2
import pytest

from application.app import Application
from application.assembly import Rules, assemble
from application.auth.login import Login
from application.auth.register import Register
from application.auth.request_password_reset import RequestPasswordReset
from application.errors import CredentialsInvalid
from application.messages import Context
from application.ports.identity import Passwords
from application.user.deactivate_user import DeactivateUser
from demo.instance import Addresses
from domain.user.user import PASSWORD_LONGEST
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import IDS, PASSWORDS, World
from tests.faces.outcome import Face, text
from tests.faces.rpc import GrpcFace
from tests.faces.server import FOUNDER
from tests.hostile.caller import Caller

PASSWORD, WRONG = "correct horse battery staple", "correct horse battery stable"
WHO: Mapping[str, str] = {
    "an unknown address": "nobody@login.example.org",
    "a wrong password": "ada@login.example.org",
    "a deactivated account": "dora@login.example.org",
}
TRIES = [
    *((why, email, WRONG) for why, email in WHO.items()),
    ("a deactivated account, the right password", WHO["a deactivated account"], PASSWORD),
]


class Counting(Passwords):
    """As slow as the real one, because it is: every call is one hash."""

    def __init__(self) -> None:
        self.hashes = 0

    async def hash(self, password: str) -> str:
        self.hashes += 1
        return await PASSWORDS.hash(password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self.hashes += 1
        return await PASSWORDS.verify(password, password_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    application: Application
    passwords: Counting


def _ctx(token: str | None = None) -> Context:
    return Context(request_id=str(IDS.uuid()), credentials=token)


@pytest.fixture
async def desk() -> Desk:
    passwords = Counting()
    ports = replace(World(MemoryHarness()).ports, passwords=passwords)
    app = assemble(ports, Rules())
    root = "root@login.example.org"
    made = {
        email: await app.auth.register(Register(email=email, password=PASSWORD, name="A"), _ctx())
        for email in (root, WHO["a wrong password"], WHO["a deactivated account"])
    }
    tokens = await app.auth.login(Login(email=root, password=PASSWORD), _ctx())
    dora = DeactivateUser(user_id=made[WHO["a deactivated account"]].id)
    await app.users.deactivate(dora, _ctx(tokens.access_token))
    return Desk(application=app, passwords=passwords)


@pytest.mark.parametrize(("times", "hashes"), [(1, 1), (100, 0)], ids=["usual", "too long"])
async def test_a_failed_login_hashes_as_often(desk: Desk, times: int, hashes: int) -> None:
    """Once; a password that is too long for any account never, whose ever it may be."""
    assert times == 1 or len(WRONG) * times > PASSWORD_LONGEST
    for why, email, password in TRIES:
        before = desk.passwords.hashes
        with pytest.raises(CredentialsInvalid):
            await desk.application.auth.login(Login(email=email, password=password * times), _ctx())
        assert desk.passwords.hashes - before == hashes, why


async def test_asking_for_a_new_password_hashes_nothing(desk: Desk) -> None:
    before = desk.passwords.hashes
    for email in WHO.values():
        await desk.application.auth.request_password_reset(
            RequestPasswordReset(email=email), _ctx()
        )
    assert desk.passwords.hashes == before


@pytest.fixture(scope="module")
def accounts(faces: Mapping[str, Face]) -> None:
    face = faces["rest"]
    for name in ("ada", "dora"):
        person = {"email": f"{name}@login.example.org", "password": PASSWORD, "name": name}
        dora = face.call("Register", person, token=None).ok()
    login = {"email": FOUNDER["email"], "password": FOUNDER["password"]}
    ruth = text(face.call("Login", login, token=None).ok(), "access_token")
    face.call("DeactivateUser", {"user_id": text(dora, "id")}, token=ruth).ok()


@pytest.fixture
def caller(addresses: Addresses, accounts: None) -> Iterator[Caller]:
    with Caller.of(addresses) as found:
        yield found


ASK = {"X-Request-ID": "login"}


def _told(answer: httpx2.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of it but the time of day."""
    headers = [(name, value) for name, value in answer.headers.multi_items() if name != "date"]
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize("path", ["/auth/login", "/auth/password-reset"])
def test_over_rest_every_byte_is_the_same(caller: Caller, path: str) -> None:
    said = {}
    for why, email, password in TRIES:
        body = {"email": email, "password": password}
        if path != "/auth/login":
            body.pop("password")
        said[why] = _told(caller.send("POST", path, json=body, headers=ASK))
    first, *others = said.values()
    assert first[0] == (401 if path == "/auth/login" else 202), first
    assert all(other == first for other in others), said


def test_over_grpc_every_byte_is_the_same(caller: Caller, faces: Mapping[str, Face]) -> None:
    face = faces["grpc"]
    assert isinstance(face, GrpcFace)
    kind = face.rpcs["Login"].request
    for why, email, password in TRIES:
        message = kind(email=email, password=password)
        caller.rpc("AuthService/Login", message.SerializeToString(), ("x-request-id", "login"))
    said = set(caller.refusals)
    assert len(caller.refusals) == len(TRIES) and len(said) == 1, said
    assert "CREDENTIALS_INVALID" in said.pop()
