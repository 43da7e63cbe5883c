"""`python loopback.py MODULE …` runs a module whose server would listen to the whole world: here it
listens to this machine only, and says on which port."""

import runpy
import socket
import sys
from typing import Any


class _Loopback(socket.socket):
    def bind(self, address: Any) -> None:
        host, *rest = address
        super().bind(("::1" if host == "::" else host, *rest))
        print(self.getsockname()[1], flush=True)


if __name__ == "__main__":
    socket.socket = _Loopback  # type: ignore[misc]
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
