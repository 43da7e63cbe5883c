"""Reads a job from stdin, does it, and writes what came of it: python -m bench.load"""

import copy
import sys
from pathlib import Path

import msgspec

from bench.load.closed_loop import closed_loop
from bench.load.http1 import Http1
from bench.load.http2 import Http2
from bench.load.job import Job
from bench.load.wire import Wire


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    tokens = Path(job.tokens).read_text().split()
    bodies = Path(job.bodies).read_text().split("\n") if job.method == "POST" else []
    wire: Wire
    if job.protocol == "grpc":
        wire = Http2(job.path, tokens, bodies, job.prefix)
    else:
        wire = Http1(job.method, job.path, tokens, bodies, job.prefix)
    outcome = closed_loop(
        job.port, lambda: copy.copy(wire), job.connections, job.seconds, job.first
    )
    print("RESULT " + msgspec.json.encode(outcome).decode())


if __name__ == "__main__":
    main()
