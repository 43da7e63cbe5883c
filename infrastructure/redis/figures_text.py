"""Figures as text, for a place that anybody may have written to."""

import json
from datetime import datetime
from uuid import UUID

from application.ports.figures import Figures
from domain.stock import Stock
from shared.ids import PoolId


def text_of(figures: Figures) -> str:
    pools = {
        str(pool_id): [stock.capacity, stock.held, stock.sold]
        for pool_id, stock in figures.stock.items()
    }
    return json.dumps({"as_of": figures.as_of.isoformat(), "pools": pools}, separators=(",", ":"))


def figures_of(text: bytes | None) -> Figures | None:
    """None also for what `text_of` did not write: it is looked at again then, and written over."""
    if text is None:
        return None
    try:
        written = json.loads(text)
        stock = {}
        for name, (capacity, held, sold) in written["pools"].items():
            pool_id = PoolId(UUID(name))
            stock[pool_id] = Stock(
                pool_id=pool_id, capacity=int(capacity), held=int(held), sold=int(sold)
            )
        as_of = datetime.fromisoformat(written["as_of"])
        return Figures(stock=stock, as_of=as_of) if as_of.tzinfo is not None else None
    except (ValueError, LookupError, TypeError, AttributeError, RuntimeError):
        return None
