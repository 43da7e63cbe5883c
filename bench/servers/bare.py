"""The yardsticks on the same server: an empty FastAPI POST, and routes without any framework.

Run as a process: python -m bench.servers.bare PORT WORKERS
"""

import asyncio
import os
import socket
import sys

import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

HELD = (
    b'{"id":"01936b2a-7c00-7a10-8000-000000000006","event_id":"01936b2a-7c00-7a10-8000-000000000003'
    b'","state":"ACTIVE","lines":[{"ticket_type_id":"01936b2a-7c00-7a10-8000-000000000004",'
    b'"quantity":1,"unit_price":{"amount":2500,"currency":"EUR"}}],"total":{"amount":2500,'
    b'"currency":"EUR"},"expires_at":"2026-11-21T10:20:00Z","created_at":"2026-11-21T10:15:00Z"}'
)
"""What a hold answers, and what availability answers, so that as many bytes travel."""
AVAILABLE = (
    b'{"event_id":"01936b2a-7c00-7a10-8000-000000000003","ticket_types":[{"ticket_type_id":'
    b'"01936b2a-7c00-7a10-8000-000000000004","available":999999999,"held":1,"sold":0,"capacity":'
    b'1000000000}],"as_of":"2026-11-21T10:15:00.123456Z"}'
)


class Line(BaseModel):
    ticket_type_id: str
    quantity: int


class Wanted(BaseModel):
    event_id: str
    lines: list[Line]


class Accepted(BaseModel):
    accepted: bool


def fastapi_app() -> FastAPI:
    """One route that reads what a hold's request says, and does nothing."""
    app = FastAPI()

    @app.post("/empty", status_code=201)
    async def empty(wanted: Wanted) -> Accepted:
        return Accepted(accepted=True)

    return app


def with_constants(app: ASGIApp) -> ASGIApp:
    """`/constant` answers at once; everything else is `app`'s."""

    async def constant(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/constant":
            await app(scope, receive, send)
            return
        is_post = scope["method"] == "POST"
        if is_post:
            await receive()
        body = HELD if is_post else AVAILABLE
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        status = 201 if is_post else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return constant


def serve(app: ASGIApp, port: int, workers: int) -> None:
    """As many processes as asked for, on one port; each on uvloop and httptools, without a log."""
    for _ in range(workers - 1):
        if os.fork() == 0:
            break
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        app,
        http="httptools",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    uvloop.run(_serve(config, listener))


async def _serve(config: uvicorn.Config, listener: socket.socket) -> None:
    await asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    serve(with_constants(fastapi_app()), int(sys.argv[1]), int(sys.argv[2]))
