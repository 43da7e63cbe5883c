"""The options of `python -m demo`; each that says where can also come from the environment."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from demo.instance import PROGRAMS

_NUMBERS = (
    ("--buyers", 1000, "how many buyers"),
    ("--tickets", 500, "how many tickets"),
    ("--accounts", 50, "accounts the buyers share; each costs two hashes, slow on purpose"),
    ("--at-once", 32, "buyers at a time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`accounts` is how many people there are; each plays buyers / accounts buyers in turn."""

    buyers: int
    tickets: int
    accounts: int
    at_once: int
    seed: int
    keep: bool
    deployment: str
    rest_url: str | None
    grpc_target: str | None
    database_url: str | None

    @property
    def is_foreign(self) -> bool:
        """Whether the sale goes to an instance that runs already."""
        return self.rest_url is not None


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Exits with a usage message when they make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Lets many buyers go after few tickets, over REST and gRPC, and checks the "
        "sums. Starts an instance of its own unless it is told where one runs.",
    )
    for name, default, meaning in _NUMBERS:
        parser.add_argument(
            name, default=default, type=_positive, metavar="N", help=f"{meaning} ({default})"
        )
    parser.add_argument("--seed", default=1, type=int, metavar="N", help="who does what (1)")
    parser.add_argument(
        "--keep", action="store_true", help="keep the data of the instance it started"
    )
    parser.add_argument(
        "--deployment",
        choices=sorted(PROGRAMS),
        default="monolith",
        help="one process, or one for each service, behind one address (monolith)",
    )
    parser.add_argument("--rest-url", default=os.environ.get("DEMO_REST_URL"), metavar="URL")
    parser.add_argument(
        "--grpc-target", default=os.environ.get("DEMO_GRPC_TARGET"), metavar="HOST:PORT"
    )
    parser.add_argument(
        "--database-url", default=os.environ.get("DEMO_DATABASE_URL"), metavar="URL"
    )
    given = parser.parse_args(arguments)
    where = (given.rest_url, given.grpc_target, given.database_url)
    if any(where) and not all(where):
        parser.error("a running instance needs --rest-url, --grpc-target and --database-url")
    return Options(
        buyers=given.buyers,
        tickets=given.tickets,
        accounts=min(given.accounts, given.buyers),
        at_once=given.at_once,
        seed=given.seed,
        keep=given.keep,
        deployment=given.deployment,
        rest_url=given.rest_url,
        grpc_target=given.grpc_target,
        database_url=given.database_url,
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
