"""The first thing an entry point does: read the settings, before anything heavy is imported."""

from typing import NoReturn

from core.settings import settings_or_exit


def launch(*, rest: bool, grpc: bool, worker: bool) -> NoReturn:
    """Exits with status 2 and a message, and at once, where the settings cannot be used."""
    settings = settings_or_exit()

    from core.serve import run  # half a second of imports, which a wrong setting need not wait for

    run(settings, rest=rest, grpc=grpc, worker=worker)
