"""What callers of the provider may hear instead of an answer."""


class Refused(Exception):
    """The call is wrong and had no effect; `code` says how."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class NoAnswer(Exception):
    """The request or its answer got lost: it may or may not have had its effect."""


class StorageUnavailable(NoAnswer):
    """The provider's storage cannot be reached, or gave up on the transaction."""
