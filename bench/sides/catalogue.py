"""Every side by its name."""

from collections.abc import Callable, Mapping

from bench.house import House
from bench.model import Side
from bench.sides.allocator import Allocator
from bench.sides.embedded import Start
from bench.sides.fairness import Beside
from bench.sides.http import Bare, OurHolds, OurSide
from bench.sides.memory import Memory
from bench.sides.naive import Naive
from bench.sides.pgbench import Pgbench
from bench.sides.probes import SweepRate
from bench.sides.purchases import Purchases

Make = Callable[[House], Side]
_BARE, _BARE_GRPC = "bench.servers.bare", "bench.servers.bare_grpc"


def _empty(workers: int) -> Make:
    return lambda house: Bare(
        f"empty FastAPI POST{_with(workers)}",
        house,
        _BARE,
        "/empty",
        types=(house.sale.hot,),
        workers=workers,
    )


def _holds(workers: int) -> Make:
    return lambda house: OurHolds(
        f"REST hold{_with(workers)}", house, house.ours(_name(workers), workers=workers)
    )


def _grpc_holds(workers: int) -> Make:
    return lambda house: OurHolds(
        f"gRPC hold{_with(workers)}",
        house,
        house.ours(_name(workers), workers=workers),
        protocol="grpc",
    )


def _grown(count: int) -> Make:
    name = grown_database(count)
    return lambda house: OurHolds(
        f"REST hold, {count:,} holds there", house, house.ours(name, database=name)
    )


def _available(path: str, title: str) -> Make:
    return lambda house: OurSide(
        title, house, house.ours("main"), f"/api/v1/events/{house.hot_event}/availability{path}"
    )


def _with(workers: int) -> str:
    return "" if workers == 1 else f", {workers} workers"


def _name(workers: int) -> str:
    return "main" if workers == 1 else f"{workers}-workers"


def grown_database(count: int) -> str:
    return f"grown_{count}"


SIDES: Mapping[str, Make] = {
    "hold": _holds(1),
    "hold, 2 workers": _holds(2),
    "hold, ordinary route": lambda house: OurHolds(
        "REST hold, ordinary route", house, house.ours("ordinary", REST__FAST_LANE="false")
    ),
    "hold, no group commit": lambda house: OurHolds(
        "REST hold, group commit off", house, house.ours("plain", DATABASE__GROUP_COMMIT="false")
    ),
    "hold, 100 types": lambda house: OurHolds(
        "REST hold, 100 ticket types", house, house.ours("main"), types=house.sale.wide
    ),
    "beside one hot event": lambda house: Beside(
        "holds beside one hot event", house, house.ours("main"), house.sale.many[:1]
    ),
    "beside many events": lambda house: Beside(
        "holds beside many events", house, house.ours("main"), house.sale.many[:-1]
    ),
    "empty": _empty(1),
    "empty, 2 workers": _empty(2),
    "constant POST": lambda house: Bare(
        "bare ASGI POST", house, _BARE, "/constant", types=(house.sale.hot,)
    ),
    "constant GET": lambda house: Bare("bare ASGI GET", house, _BARE, "/constant"),
    "naive": lambda house: Naive("ORM, SELECT FOR UPDATE", house),
    "pgbench": lambda house: Pgbench("pgbench, a hold per statement", house, 1),
    "pgbench, 100": lambda house: Pgbench("pgbench, 100 holds per statement", house, 100),
    "allocator": lambda house: Allocator("group commit alone", house),
    "availability": _available("", "availability, exact"),
    "availability, max_age": _available("?max_age=1", "availability, at most 1 s old"),
    "gRPC hold": _grpc_holds(1),
    "gRPC hold, 2 workers": _grpc_holds(2),
    "gRPC empty": lambda house: Bare(
        "empty gRPC call",
        house,
        _BARE_GRPC,
        "/holdfast.v1.HoldService/CreateHold",
        types=(house.sale.hot,),
        workers=None,
        protocol="grpc",
    ),
    "purchase": lambda house: Purchases("full purchase", house, house.ours("main")),
    "confirm": lambda house: Purchases(
        "confirm an order", house, house.ours("main"), orders=house.plan.paid
    ),
    "sweep": lambda house: SweepRate("sweep of expired holds", house),
    "memory": lambda house: Memory("memory of a process", house),
    "embedded, first": lambda house: Start("embedded database, first start", "first"),
    "embedded, next": lambda house: Start("embedded database, next start", "next"),
    "embedded, killed": lambda house: Start("embedded database, start after SIGKILL", "killed"),
    "embedded, orphan": lambda house: Start(
        "embedded database, end after its parent's SIGKILL", "orphan"
    ),
}


def make(house: House, name: str) -> Side:
    if name.startswith("grown "):
        return _grown(int(name.removeprefix("grown ")))(house)
    return SIDES[name](house)
