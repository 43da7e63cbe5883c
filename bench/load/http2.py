"""As much of HTTP/2 (RFC 9113) and gRPC as one call at a time on each connection needs.

Headers are sent as literals (RFC 7541, 6.2.2). Those of answers are not read: an answered call
carries a message, a refused one does not. A client made with grpcio would need as much processor
as the server it is to measure.
"""

import struct
from collections.abc import Sequence

from bench.load.wire import KEY_MARK, Wire, key_of

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_OPEN = 2**30
"""Bytes of answers that a connection may receive before we must say so again."""


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _integer(value: int, prefix: int) -> bytes:
    most = 2**prefix - 1
    if value < most:
        return bytes([value])
    value, out = value - most, bytearray([most])
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    out.append(value)
    return bytes(out)


def literal(name: str, value: str) -> bytes:
    """A header field that nobody is to remember."""
    parts = [part for text in (name, value) for part in (_integer(len(text), 7), text.encode())]
    return b"\0" + b"".join(parts)


class Http2(Wire):
    def __init__(
        self, path: str, tokens: Sequence[str], bodies: Sequence[str], prefix: str
    ) -> None:
        common = b"".join(
            literal(name, value)
            for name, value in (
                (":method", "POST"),
                (":scheme", "http"),
                (":path", path),
                (":authority", "127.0.0.1"),
                ("content-type", "application/grpc"),
                ("te", "trailers"),
            )
        )
        self._heads = [common + literal("authorization", f"Bearer {token}") for token in tokens]
        mark = KEY_MARK.encode()
        self._bodies = [bytes.fromhex(body).partition(mark) for body in bodies]
        self._prefix = prefix
        self._read = b""
        self._stream = -1
        self._received = 0
        self._granted = False

    def hello(self) -> bytes:
        window = struct.pack(">I", _OPEN)
        return _PREFACE + frame(_SETTINGS, 0, 0, b"") + frame(_WINDOW, 0, 0, window)

    def request(self, number: int) -> bytes:
        self._stream += 2
        self._granted = False
        before, _, after = self._bodies[number % len(self._bodies)]
        message = before + key_of(self._prefix, number).encode() + after
        head = self._heads[number % len(self._heads)]
        return frame(_HEADERS, _END_HEADERS, self._stream, head) + frame(
            _DATA, _END_STREAM, self._stream, struct.pack(">BI", 0, len(message)) + message
        )

    def feed(self, data: bytes) -> tuple[bool | None, bytes]:
        read, at = self._read + data, 0
        answered: bool | None = None
        back = b""
        while len(read) >= at + 9:
            end = at + 9 + int.from_bytes(read[at : at + 3])
            if len(read) < end:
                break
            kind, flags, payload = read[at + 3], read[at + 4], read[at + 9 : end]
            at = end
            if kind == _DATA:
                self._granted = self._granted or len(payload) > 0
                back += self._more(len(payload))
            elif kind == _PING and not flags & _ACK:
                back += frame(_PING, _ACK, 0, payload)
            elif kind == _SETTINGS and not flags & _ACK:
                back += frame(_SETTINGS, _ACK, 0, b"")
            elif kind == _GOAWAY:
                raise ValueError(f"the server closes the connection: {payload!r}")
            if kind == _RESET or kind in (_DATA, _HEADERS) and flags & _END_STREAM:
                answered = self._granted and kind != _RESET
        self._read = read[at:]
        return answered, back

    def _more(self, length: int) -> bytes:
        self._received += length
        if self._received < _OPEN // 2:
            return b""
        said, self._received = self._received, 0
        return frame(_WINDOW, 0, 0, struct.pack(">I", said))
