"""Mails, in the language that was chosen."""

from collections.abc import Mapping
from typing import Final

from application.background.job import Job
from application.background.send_mails import SendMails
from application.mail.english import EnglishAccountLetters
from application.mail.german import GermanAccountLetters
from application.mail.languages import Language
from application.mail.letters import AccountLetters
from application.notification.english import EnglishOrderLetters
from application.notification.german import GermanOrderLetters
from application.notification.story import OrderLetters
from application.notification.writing import OrderLetterWriter
from application.wiring.parts import Parts

_AT_A_TIME: Final = 20

LETTERS: Final[Mapping[Language, tuple[AccountLetters, OrderLetters]]] = {
    Language.ENGLISH: (EnglishAccountLetters(), EnglishOrderLetters()),
    Language.GERMAN: (GermanAccountLetters(), GermanOrderLetters()),
}


def jobs(parts: Parts) -> tuple[Job, ...]:
    ports, rules = parts.ports, parts.rules
    accounts, orders = LETTERS[rules.language]
    send = SendMails(
        begin=ports.begin,
        ids=ports.ids,
        seals=ports.seals,
        proofs=parts.proofs,
        mailer=ports.mailer,
        observer=ports.observer,
        letters=accounts,
        orders=OrderLetterWriter(
            letters=orders, calendars=ports.calendars, link_base=rules.link_base
        ),
        link_base=rules.link_base,
        limit=_AT_A_TIME,
    )
    return (Job(name="send_mails", every=rules.sweep_every, full=_AT_A_TIME, run=send),)
