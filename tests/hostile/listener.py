"""A server that somebody else runs: it notes what it is told, and says no."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Listener:
    """`port` on the loopback; `heard` is all that was sent to it."""

    port: int = 0
    heard: bytearray = field(default_factory=bytearray)


@contextmanager
def listener(
    greeting: bytes, answers: Mapping[bytes, bytes], otherwise: bytes
) -> Iterator[Listener]:
    """Answers each line by what it begins with."""
    found = Listener()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(greeting)
            for line in self.rfile:
                found.heard.extend(line)
                said = [text for word, text in answers.items() if line.upper().startswith(word)]
                self.wfile.write(said[0] if said else otherwise)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """The other side went away: it may."""

    with Server(("127.0.0.1", 0), Talk) as server:
        found.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


SMTP = {
    b"EHLO": b"250-here\r\n250 AUTH LOGIN PLAIN\r\n",
    b"AUTH PLAIN": b"535 5.7.8 no\r\n",
    b"AUTH LOGIN": b"535 5.7.8 no\r\n",
    b"QUIT": b"221 bye\r\n",
}


def mail_server() -> AbstractContextManager[Listener]:
    """Refuses every password."""
    return listener(b"220 here\r\n", SMTP, b"250 fine\r\n")


def redis_server() -> AbstractContextManager[Listener]:
    """So does this one."""
    return listener(b"", {b"AUTH": b"-WRONGPASS invalid username-password pair\r\n"}, b"")
