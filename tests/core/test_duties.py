"""What a process is there for."""

import socket
from dataclasses import replace

from core.serve import Duties


def test_somebody_waits_for_whoever_answers() -> None:
    works = Duties(rest_url="http://127.0.0.1", listener=None, grpc_port=None, works=True)
    assert not works.answers
    assert replace(works, grpc_port=0).answers
    assert replace(works, inventory_listen="127.0.0.1:0").answers
    with socket.socket() as listener:
        assert replace(works, listener=listener).answers
