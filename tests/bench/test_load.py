"""Our own generators against servers that answer, refuse, and hang up."""

import socket
import threading
from collections.abc import Iterator

import pytest

from bench.load.closed_loop import closed_loop
from bench.load.http1 import Http1
from bench.load.http2 import Http2, frame, literal
from bench.load.wire import KEY_MARK

PING, SETTINGS, DATA, HEADERS = 6, 4, 0, 1


def http(tokens: int = 2) -> Http1:
    return Http1("POST", "/holds", [f"t{nr}" for nr in range(tokens)], ['{"a":1}'], "deadbeef")


def test_requests_differ_in_key_and_buyer() -> None:
    first, second = http().request(0).decode(), http().request(1).decode()
    assert "Bearer t0" in first and "Bearer t1" in second
    assert "Idempotency-Key: deadbeef0000000000000000\r\n" in first
    assert "Idempotency-Key: deadbeef0000000000000001\r\n" in second
    assert first.endswith('Content-Length: 7\r\n\r\n{"a":1}')


def test_reads_have_neither_key_nor_body() -> None:
    wire = Http1("GET", "/x", ["t"], [], "deadbeef")
    assert wire.request(3).decode().endswith("Bearer t\r\n\r\n")


def test_an_answer_in_pieces() -> None:
    wire, answer = http(), b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
    found = [wire.feed(answer[at : at + 1])[0] for at in range(len(answer))]
    assert found == [None] * (len(answer) - 1) + [True]
    assert wire.feed(answer.replace(b"201", b"409"))[0] is False


def test_header_fields_with_long_values() -> None:
    assert literal("a", "b") == b"\0\x01a\x01b"
    assert literal("a", "b" * 300)[:5] == b"\0\x01a\x7f\xad"


def test_a_call_is_granted_by_its_message() -> None:
    body = f"before{KEY_MARK}after".encode().hex()
    wire = Http2("/p", ["t"], [body], "deadbeef")
    assert b"beforedeadbeef0000000000000007after" in wire.request(7)
    answer = frame(HEADERS, 4, 1, b"x") + frame(DATA, 0, 1, b"m") + frame(HEADERS, 5, 1, b"x")
    assert [wire.feed(answer[at : at + 5])[0] for at in range(0, len(answer), 5)][-1] is True
    wire.request(8)
    assert wire.feed(frame(HEADERS, 5, 3, b"refused")) == (False, b"")


def test_what_http2_wants_to_hear() -> None:
    wire = Http2("/p", ["t"], ["00"], "deadbeef")
    answered, back = wire.feed(frame(PING, 0, 0, b"12345678") + frame(SETTINGS, 0, 0, b""))
    assert (answered, back) == (None, frame(PING, 1, 0, b"12345678") + frame(SETTINGS, 1, 0, b""))


@pytest.fixture
def port() -> Iterator[int]:
    """A server that answers two requests of each connection and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(2):
                caller, _ = server.accept()
                with caller:
                    for status in (b"201", b"409"):
                        caller.recv(65536)
                        caller.sendall(b"HTTP/1.1 " + status + b" X\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join()


def test_a_closed_loop_counts_what_happened(port: int) -> None:
    found = closed_loop(port, http, connections=2, seconds=60)
    assert (found.done, found.refused, found.granted, found.broken) == (4, 2, 2, 2)
    assert found.seconds < 60, "nobody is left"
    assert 0 < found.p50 <= found.p99
