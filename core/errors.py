"""Why a process ends before it serves."""


class StartError(Exception):
    """The process cannot serve; the message says why and what to do."""
