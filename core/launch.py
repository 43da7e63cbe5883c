"""The first thing an entry point does: read the settings, before anything heavy is imported."""

import sys
from typing import NoReturn

from core.link import MEMBER
from core.settings import settings_or_exit


def launch(*, rest: bool, grpc: bool, worker: bool) -> NoReturn:
    """Exits with status 2 and a message, and at once, where the settings cannot be used."""
    if sys.argv[1:2] == [MEMBER]:
        from core.member import end_with_supervisor, run_member

        end_with_supervisor()
        run_member(settings_or_exit(), faces=sys.argv[2:])
    settings = settings_or_exit()
    worker = worker and "workers" in settings.services.serve
    worker = worker and (settings.worker.enabled or not rest)
    if settings.web.workers > 1 and (rest or grpc):
        from core.supervisor import supervise

        supervise(settings, rest=rest, grpc=grpc, worker=worker)

    from core.alone import run

    run(settings, rest=rest, grpc=grpc, worker=worker)


def launch_services() -> NoReturn:
    """The same, for the services of one machine behind one address."""
    if sys.argv[1:2] == [MEMBER]:
        launch(rest=True, grpc=True, worker=True)

    from core.split import split

    split(settings_or_exit())
