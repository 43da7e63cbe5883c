"""Settings about letters: which way they go, and what cannot work."""

import os
from pathlib import Path

import pytest

from core.settings import SettingsError, load_settings
from infrastructure.mail.files import FileMailer


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without settings, and a working folder of the test's own."""
    for name in os.environ:
        if "__" in name or name in ("DATA_DIR", "SECRET_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("variables", "chosen"),
    [
        ({}, "file"),
        ({"MAIL__TRANSPORT": "console"}, "console"),
        ({"MAIL__SMTP_HOST": "mail.example", "MAIL__SENDER": "a@b.example"}, "smtp"),
        ({"MAIL__SMTP_HOST": "mail.example", "MAIL__TRANSPORT": "file"}, "file"),
    ],
)
def test_how_letters_go(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], chosen: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_settings().mail.chosen == chosen


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"MAIL__TRANSPORT": "smtp"}, "MAIL__SMTP_HOST must be set"),
        ({"MAIL__SMTP_HOST": "mail.example"}, "MAIL__SENDER must be set"),
        ({"MAIL__SMTP_HOST": ""}, "MAIL__SMTP_HOST: "),
        ({"MAIL__SMTP_USER": "shop"}, "must be set together"),
        ({"MAIL__SMTP_PASSWORD": "hunter2"}, "must be set together"),
        ({"MAIL__SENDER": "nobody"}, "MAIL__SENDER: must be an address"),
        ({"MAIL__SENDER": "a\r\nBcc: x <a@b.example>"}, "MAIL__SENDER: must be an address"),
        ({"MAIL__SENDER": "a@b.example\n"}, "MAIL__SENDER: must be an address"),
        ({"MAIL__LINK_BASE": "shop.example"}, "MAIL__LINK_BASE: "),
        ({"MAIL__LINK_BASE": "https://shop.example/?a=b"}, "MAIL__LINK_BASE: "),
        ({"MAIL__SMTP_TLS": "perhaps"}, "MAIL__SMTP_TLS: "),
        ({"MAIL__SMTP_TIMEOUT_SECONDS": "0"}, "MAIL__SMTP_TIMEOUT_SECONDS: "),
    ],
)
def test_letters_that_could_not_go_are_refused(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("sender", ["a@b.example", "J. Smith <a.b+c@mail.b.example>", "Ü <a@b>"])
def test_a_sender_of_the_settings_is_one_of_the_mailers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sender: str
) -> None:
    monkeypatch.setenv("MAIL__SENDER", sender)
    FileMailer(tmp_path, sender=load_settings().mail.sender)
