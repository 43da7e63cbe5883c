"""A receiver of webhooks on a real port, that answers as it is told to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.serving import Uvicorn


@dataclass
class Receiver:
    """`statuses` are the answers to come; afterwards it is 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    received: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        self.received.append((await request.body(), dict(request.headers)))
        status = self.statuses.pop(0) if self.statuses else 204
        headers = {"location": self.url} if status == 307 else None
        return Response(status_code=status, headers=headers)


@asynccontextmanager
async def receiving(statuses: Sequence[int] = ()) -> AsyncIterator[Receiver]:
    receiver = Receiver(statuses=list(statuses))
    app = Starlette(routes=[Route("/hooks", receiver.receive, methods=["POST"])])
    server = Uvicorn(app)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/hooks"
    try:
        yield receiver
    finally:
        server.should_exit = True
        await serving
