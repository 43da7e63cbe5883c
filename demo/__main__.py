"""`make demo`: many buyers, few tickets, and the sums checked afterwards."""

import asyncio
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo.books import compare, settle
from demo.course import courses
from demo.grpc_shop import GrpcShop
from demo.instance import ALL_FROM_HERE, Addresses, Instance, InstanceError
from demo.options import Options, parse
from demo.report import figures, latencies, verdict
from demo.rest_shop import RestShop
from demo.sale import sell
from demo.shop import Unanswered
from demo.stage import open_accounts, open_sale
from demo.tally import Tally

_HOLD_SECONDS = 5
"""How long holds last on an instance of our own: walking away is to be seen within the demo."""
_SETTLE_SECONDS = 30.0
_RESENDS = 3


def main() -> int:
    """The exit status: 0 when everything is right."""
    options, console = parse(), Console()
    with ExitStack() as stack:
        try:
            addresses = _addresses(options, console, stack)
            return 0 if asyncio.run(_demo(options, addresses, console)) else 1
        except (InstanceError, Unanswered, OSError, asyncpg.PostgresError) as error:
            console.print(f"The demo cannot go on: {error}", style="red", markup=False)
            return 1
        except KeyboardInterrupt:
            return 130


def _addresses(options: Options, console: Console, stack: ExitStack) -> Addresses:
    """Of the instance that runs already, or of one that is started and stopped with `stack`."""
    if options.rest_url and options.grpc_target and options.database_url:
        return Addresses(
            rest_url=options.rest_url.rstrip("/"),
            grpc_target=options.grpc_target,
            database_url=options.database_url,
        )
    folder = Path(tempfile.mkdtemp(prefix="holdfast-demo-"))
    folder.chmod(0o755)  # root's embedded server runs as another user
    if options.keep:
        stack.callback(console.print, f"The data is kept in {folder}", highlight=False)
    else:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
    console.print("Starting an instance of its own ...")
    settings = {"HOLDS__TTL_SECONDS": str(_HOLD_SECONDS), **ALL_FROM_HERE}
    instance = Instance(folder, settings, deployment=options.deployment)
    addresses = instance.start()
    stack.callback(instance.stop)
    return addresses


async def _demo(options: Options, addresses: Addresses, console: Console) -> bool:
    rest, grpc = RestShop(addresses.rest_url), GrpcShop(addresses.grpc_target)
    connection = await asyncpg.connect(addresses.database_url)
    tally = Tally()
    console.print(
        f"{options.buyers} buyers, half over REST and half over gRPC, share {options.accounts} "
        f"accounts and go after {options.tickets} tickets, {options.at_once} at a time."
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
    )
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(
                "Accounts", total=options.accounts, said="two slow hashes each"
            )
            accounts = await open_accounts(rest, options.accounts, lambda: progress.advance(task))
            offer = await open_sale(addresses.rest_url, accounts[0], options.tickets)
            sale = progress.add_task("Buyers", total=options.buyers, said="")

            def advance() -> None:
                said = f"{len(tally.tickets)} sold, {sum(tally.refused.values())} refused"
                progress.update(sale, advance=1, said=said)

            started = time.perf_counter()
            await sell(
                list(courses(options.buyers, options.seed)),
                accounts,
                offer,
                rest=rest,
                grpc=grpc,
                at_once=options.at_once,
                resends=_RESENDS,
                tally=tally,
                done=advance,
            )
            seconds = time.perf_counter() - started
        console.print("Waiting until nothing moves any more ...")
        settled = await settle(
            connection, offer, patience=_SETTLE_SECONDS, everything=not options.is_foreign
        )
        books = await compare(connection, offer, tally, complete=tally.unanswered == 0)
    finally:
        await connection.close()
        await rest.aclose()
        await grpc.aclose()
    console.print(figures(books, tally, options.buyers, seconds))
    console.print(latencies(tally))
    if not settled:
        console.print(f"WRONG: something still moves after {_SETTLE_SECONDS:.0f} s", style="red")
    return verdict(console, books) and settled


if __name__ == "__main__":
    sys.exit(main())
