"""A run: each stage in an environment of its own, one after the other."""

from collections.abc import Sequence
from functools import partial

from bench.house import House
from bench.load.job import Generator
from bench.model import Cell, Findings, Goal
from bench.plan import Plan
from bench.runner import Say, measure_stage
from bench.sides.catalogue import grown_database, make
from bench.world.books import check_books
from bench.world.cluster import TEMPLATE, Cluster
from bench.world.growth import grow
from bench.world.sale import Sale

STAGES = ("sale", "workers", "growth", "alone")


async def run_stages(
    goals: Sequence[Goal],
    cluster: Cluster,
    sale: Sale,
    plan: Plan,
    generator: Generator,
    say: Say,
) -> Findings:
    """Raises Broken where a unit is missing."""
    findings = Findings()
    for stage in STAGES:
        wanted = [
            cell for goal in goals if goal.stage == stage for cell in goal.cells(plan.with_extras)
        ]
        cells: list[Cell] = list(dict.fromkeys(wanted))
        if not cells:
            continue
        house = House(
            plan=plan, cluster=cluster, sale=sale, generator=generator, database=f"bench_{stage}"
        )
        say(f"Stage {stage}: {len(cells)} measurements in each of {plan.rounds} rounds")
        databases = await _prepare(stage, house, say)
        try:
            await measure_stage(
                cells,
                partial(make, house),
                findings,
                rounds=plan.rounds,
                extra=plan.extra,
                seconds=plan.seconds,
                say=say,
            )
        finally:
            await house.close()
        for database in databases:
            findings.checks.append(await check_books(cluster.url(database), database))
            say(f"  {findings.checks[-1]}")
    return findings


async def _prepare(stage: str, house: House, say: Say) -> list[str]:
    """The databases of a stage: copies of the one sale, with history where growth is measured."""
    if stage != "growth":
        await house.cluster.copy(house.database)
        await grow(house.url(), house.sale, house.plan.grown[0])
        return [house.database]
    databases: list[str] = []
    there, last = 0, TEMPLATE
    for count in house.plan.grown:
        database = grown_database(count)
        await house.cluster.copy(database, of=last)
        await grow(house.url(database), house.sale, count - there, after=there)
        say(f"  {database} is there")
        databases.append(database)
        there, last = count, database
    return databases
