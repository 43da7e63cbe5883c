"""Secrets that are pushed in by every way there is turn up in no log, no refusal and no table."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from demo.instance import Instance
from tests.conftest import Databases, in_thread
from tests.core.watching import wait_for
from tests.faces.letters import INVITATION, RESET, VERIFY, Letters
from tests.faces.server import UNHURRIED
from tests.hostile import pushes
from tests.hostile.caller import Caller
from tests.hostile.canaries import Canaries
from tests.hostile.listener import mail_server, redis_server
from tests.hostile.rows import columns

_BREAK = """
    CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'a bug at %', NEW.name USING DETAIL = NEW.name; END $$;
    CREATE TRIGGER quote BEFORE INSERT ON users FOR EACH ROW
    WHEN (NEW.email LIKE 'bug-%') EXECUTE FUNCTION quote()
"""
"""What a bug may come to: an exception with whatever was sent in its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """After everything was pushed in and the instance has ended."""

    made: Canaries
    log: str
    refusals: list[str]
    cells: dict[str, str]
    letters: dict[str, str]
    heard: bytes


@pytest.fixture(scope="module", params=["json", "console"])
def searched(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Searched]:
    """Once with letters in files, once with a mail server and a Redis that refuse our passwords,
    and an end by SIGKILL."""
    made, url = Canaries(), databases.create()
    owner, folder = databases.owner(url), tmp_path_factory.mktemp("canaries")
    strangers = request.param == "console"
    for name, address in (("login", url), ("owner", owner)):
        made.note(f"password of the database's {name}", str(urlsplit(address).password))
    webhook = made.new("webhook secret") + "-hook"
    with mail_server() as mail, redis_server() as redis:
        settings = {
            **UNHURRIED,
            "DATABASE__URL": url,
            "DATABASE__MIGRATION_URL": owner,
            "LOGGING__LEVEL": "DEBUG",
            "LOGGING__FORMAT": request.param,
            "SECRET_KEY": made.new("SECRET_KEY") + "-new-one",
            "SECRET_KEY_PREVIOUS": made.new("SECRET_KEY_PREVIOUS") + "-old-one",
            "PAYMENT__SIMULATED__WEBHOOK_SECRET": webhook,
            "HOLDS__SWEEP_INTERVAL_SECONDS": "0.05",
            "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "100000",
            "MAIL__SENDER": "shop@example.org",
            "MAIL__SMTP_HOST": "127.0.0.1",
            "MAIL__SMTP_PORT": str(mail.port),
            "MAIL__SMTP_TLS": "none",
            "MAIL__SMTP_USER": "shop",
            "MAIL__SMTP_PASSWORD": made.new("MAIL__SMTP_PASSWORD"),
            "MAIL__TRANSPORT": "smtp" if strangers else "file",
        }
        if strangers:
            secret = made.new("REDIS__URL")
            settings["REDIS__URL"] = f"redis://shop:{secret}@127.0.0.1:{redis.port}/0"
        instance = Instance(folder, settings)
        try:
            with Caller.of(instance.start()) as by:
                _push(by, made, owner, webhook, folder / "mail", letters=not strangers)
            if strangers:
                wait_for(lambda: b"AUTH" in mail.heard and b"AUTH" in redis.heard)
            if not strangers:
                instance.stop()
        finally:
            instance.kill()
        heard = bytes(mail.heard + redis.heard)
    yield Searched(
        made=made,
        log=instance.said(lines=10**9),
        refusals=by.refusals,
        cells=in_thread(lambda: _cells(owner)),
        letters={path.name: path.read_text() for path in (folder / "mail").glob("*.eml")},
        heard=heard,
    )
    databases.drop(url)


def _push(
    by: Caller, made: Canaries, owner: str, webhook: str, mail: Path, *, letters: bool
) -> None:
    email = f"ada-{uuid4().hex}@example.org"
    access = pushes.passwords(by, made, email)
    if letters:
        _mailed(by, made, access, email, Letters(mail))
        access = by.ok(
            "/auth/login", email=email, password=made.known["reset: chosen password"].core
        )["access_token"]
    pushes.shapes(by, made, email)
    pushes.headers(by, made)
    pushes.addresses(by, made, access)
    pushes.proofs(by, made, access)
    pushes.api_keys(by, made, access)
    pushes.endpoints(by, made, access)
    pushes.messages(by, made)
    pushes.webhooks(by, made, webhook)
    made.note("guest token", by.ok("/guests", email=email)["access_token"])
    pushes.bugs(by, made, lambda: in_thread(lambda: _execute(owner, _BREAK)))


def _mailed(by: Caller, made: Canaries, access: str, email: str, letters: Letters) -> None:
    """The real tokens of letters, used twice: well, and again."""
    token = made.note("verification token", letters.nth(email, VERIFY).token)
    by.ok("/auth/verify-email/confirm", access, token=token)
    bearer = {"Authorization": f"Bearer {access}"}
    by.refused("POST", "/auth/verify-email/confirm", json={"token": token}, headers=bearer)
    house = by.ok("/organizers", access, name="The Mail", slug=f"mail-{uuid4().hex}")
    by.ok(f"/organizers/{house['id']}/invitations", access, email=email, role="SCANNER")
    token = made.note("invitation token", letters.nth(email, INVITATION).token)
    for _ in range(2):
        by.post("/invitations/accept", access, token=token)
    by.ok("/auth/password-reset", email=email)
    token = made.note("reset token", letters.nth(email, RESET).token)
    chosen = {"token": token, "new_password": made.new("reset: chosen password")}
    by.ok("/auth/password-reset/confirm", **chosen)
    by.refused("POST", "/auth/password-reset/confirm", json=chosen)
    by.refused("GET", "/users/me", headers=bearer)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _cells(url: str) -> dict[str, str]:
    """Every column of every table as one text; bytes are in hexadecimal there."""
    tables = await columns(url)
    connection = await asyncpg.connect(url)
    try:
        return {
            f"{table}.{column}": await connection.fetchval(
                f"""SELECT coalesce(string_agg("{column}"::text, E'\\n'), '') FROM "{table}" """
            )
            for table, names in tables.items()
            for column in names
        }
    finally:
        await connection.close()


def test_enough_was_pushed(searched: Searched) -> None:
    assert len(searched.made.known) >= 80
    assert len(searched.refusals) >= 100
    assert '"request"' in searched.log or "request " in searched.log
    assert "Traceback" in searched.log, "there were bugs, and they were logged"


def test_nothing_is_in_the_log(searched: Searched) -> None:
    assert searched.made.found(searched.log) == {}


def test_nothing_is_in_a_refusal(searched: Searched) -> None:
    assert searched.made.found("\n".join(searched.refusals), answer=True) == {}


def test_nothing_is_in_a_table(searched: Searched) -> None:
    assert {"outbox.payload", "mails.name", "idempotency_keys.answer"} < searched.cells.keys()
    assert searched.cells["outbox.payload"]
    hits = {
        column: hit
        for column, text in searched.cells.items()
        if (hit := searched.made.found(text, column=column))
    }
    assert hits == {}


def test_letters_hold_their_own_token_only(searched: Searched) -> None:
    held = [
        name for text in searched.letters.values() for name in searched.made.found(_unfolded(text))
    ]
    mailed = {"verification token", "invitation token", "reset token"}
    assert sorted(held) == sorted(mailed & searched.made.known.keys())


def _unfolded(text: str) -> str:
    """Quoted-printable breaks long lines."""
    return text.replace("=\r\n", "").replace("=\n", "")


def test_strangers_heard_the_passwords_that_are_theirs(searched: Searched) -> None:
    """Or nothing would be proved by their absence elsewhere."""
    heard = searched.made.found(searched.heard.decode("latin-1"))
    assert heard.keys() == {"MAIL__SMTP_PASSWORD", "REDIS__URL"} & (
        searched.made.known.keys() if searched.heard else set()
    )
    assert bool(heard) == ("REDIS__URL" in searched.made.known)


def test_every_form_is_found() -> None:
    made = Canaries()
    secret = made.new("one")
    shown = (
        secret,
        secret.upper(),
        secret.encode().hex(),
        base64.b64encode(f"a:{secret}!".encode()).decode(),
        base64.urlsafe_b64encode(f"ab:{secret}".encode()).decode(),
        base64.b64encode(secret.encode()).decode(),
        "".join(f"%{ord(char):02X}" for char in secret),
    )
    for text in shown:
        assert made.found(f"before {text} after").keys() == {"one"}, text
    assert made.found("nothing") == {}
