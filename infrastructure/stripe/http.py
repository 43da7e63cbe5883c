"""How the official library speaks HTTP: with httpx2, and never for longer than a deadline."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Final, cast

import httpx2
import stripe

_CONNECTIONS: Final = httpx2.Limits(max_connections=100, max_keepalive_connections=20)


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates of a whole world takes a while: once is enough."""
    return httpx2.create_ssl_context()


class HttpClient(stripe.HTTPClient):
    """One answer, or APIConnectionError after `deadline` seconds at most, however slowly it drips.

    Nothing is sent a second time by itself. `proxies`: through the proxies that the environment
    names.
    """

    name = "httpx2"

    def __init__(self, *, deadline: float, proxies: bool) -> None:
        super().__init__()
        self._deadline = deadline
        self._http = httpx2.AsyncClient(
            timeout=deadline,
            limits=_CONNECTIONS,
            follow_redirects=False,
            trust_env=proxies,
            verify=_trusted(),
        )

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._http.request(
                    method, url, headers=dict(headers), content=post_data
                )
        except (httpx2.HTTPError, TimeoutError) as error:
            raise _connection_error(type(error).__name__) from error
        return response.content, response.status_code, response.headers

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        await self._http.aclose()


# The library's constructor has no types.
_connection_error = cast(Callable[[str], stripe.APIConnectionError], stripe.APIConnectionError)
