"""A mailer that keeps what it is given."""

from application.ports.mail import Letter, Mailer


class Letterbox(Mailer):
    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)
