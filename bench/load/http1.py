"""HTTP/1.1 with keep-alive: requests from parts that are ready, answers by their length."""

from collections.abc import Sequence

from bench.load.wire import Wire, key_of

_LENGTH = b"content-length:"


class Http1(Wire):
    def __init__(
        self, method: str, path: str, tokens: Sequence[str], bodies: Sequence[str], prefix: str
    ) -> None:
        self._heads = [
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            for token in tokens
        ]
        self._tails = [
            f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            for body in bodies
        ]
        self._prefix = prefix
        self._read = b""

    def hello(self) -> bytes:
        return b""

    def request(self, number: int) -> bytes:
        head = self._heads[number % len(self._heads)]
        if not self._tails:
            return f"{head}\r\n".encode()
        tail = self._tails[number % len(self._tails)]
        return f"{head}Idempotency-Key: {key_of(self._prefix, number)}{tail}".encode()

    def feed(self, data: bytes) -> tuple[bool | None, bytes]:
        self._read += data
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return None, b""
        head = self._read[:end].lower()
        at = head.find(_LENGTH)
        if at < 0:
            raise ValueError(f"an answer without a length: {head!r}")
        length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        if len(self._read) < end + 4 + length:
            return None, b""
        self._read = b""
        return head[9:10] == b"2", b""
