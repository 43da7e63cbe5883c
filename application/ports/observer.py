"""Who watches the pipeline: logs and metrics."""

from typing import Protocol

from application.messages import Context
from shared.errors import AppError


class Observer(Protocol):
    def completed(self, operation: str, ctx: Context, seconds: float) -> None:
        """The operation was answered."""
        ...

    def refused(self, operation: str, ctx: Context, error: AppError, seconds: float) -> None:
        """The operation was refused."""
        ...

    def mail_failed(self, mail_id: str, kind: str, error: str, *, final: bool) -> None:
        """A mail could not be sent; `final`: it never will be. `error` is what whoever delivers
        said, and nothing of the mail."""
        ...

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        """A bug. Called once, with the exception that the caller will never see."""
        ...
