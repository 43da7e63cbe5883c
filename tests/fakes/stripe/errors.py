"""Errors as Stripe answers them."""

from typing import Any


class ApiError(Exception):
    """`kept`: whether it becomes the answer to its idempotency key. What fails before anything was
    looked at does not."""

    def __init__(
        self,
        status: int,
        code: str | None = None,
        *,
        type: str = "invalid_request_error",
        param: str | None = None,
        kept: bool = True,
    ) -> None:
        self.status = status
        self.kept = kept
        error: dict[str, Any] = {"type": type, "message": code or "An error."}
        if code is not None:
            error["code"] = code
        if param is not None:
            error["param"] = param
        self.body = {"error": error}
        super().__init__(code)


def missing(what: str) -> ApiError:
    return ApiError(404, "resource_missing", param=what, kept=False)


def unexpected_state() -> ApiError:
    return ApiError(400, "payment_intent_unexpected_state")


def invalid(param: str, code: str = "parameter_invalid") -> ApiError:
    return ApiError(400, code, param=param, kept=False)
