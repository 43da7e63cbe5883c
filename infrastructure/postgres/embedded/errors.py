"""What an embedded server says when it cannot run."""


class EmbeddedPostgresError(Exception):
    """The server cannot run here; the message says why and what to do about it.

    It is about the machine, not about a request, and so not an ``AppError``.
    """
