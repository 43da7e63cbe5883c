"""An observer that remembers what it was told."""

from application.messages import Context
from application.ports.observer import Observer
from shared.errors import AppError


class Watcher(Observer):
    def __init__(self) -> None:
        self.answered: list[str] = []
        self.refusals: list[AppError] = []
        self.bugs: list[BaseException] = []
        self.mails: list[tuple[str, str, str, bool]] = []

    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        self.answered.append(operation)

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        self.refusals.append(error)

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        self.mails.append((mail_id, kind, error, final))

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        self.bugs.append(error)
