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

    def failed(self, operation: str, ctx: Context, error: BaseException, seconds: float) -> None:
        """A bug. Called once, with the exception that the caller will never see."""
        ...
