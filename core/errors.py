"""Why a process ends that nobody asked to."""


class StartError(Exception):
    """The process cannot serve; the message says why and what to do."""


class ServingError(Exception):
    """The process cannot go on serving; the message says why and what to do."""
