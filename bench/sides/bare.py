"""The yardstick of memory: the least that FastAPI and asyncpg can be.

Run as a process: python -m bench.sides.bare PORT DATABASE_URL
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Number(BaseModel):
    number: int


def app(url: str) -> FastAPI:
    """One route: a body in, one statement, a body out."""
    opened: list[asyncpg.Pool[asyncpg.Record]] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=4, max_size=16) as pool:
            opened.append(pool)
            yield

    made = FastAPI(lifespan=lifespan)

    @made.post("/numbers")
    async def next_number(asked: Number) -> Number:
        return Number(number=await opened[0].fetchval("SELECT $1::int + 1", asked.number))

    return made


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[2]), port=int(sys.argv[1]), log_level="warning", access_log=False)
