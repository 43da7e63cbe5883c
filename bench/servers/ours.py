"""Holdfast itself: main.py with every feature on."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.model import Missing
from bench.servers.process import ROOT, Server, free_port
from bench.world.cluster import Cluster
from bench.world.sale import TOKEN_SECONDS, Sale
from core.settings import Settings
from core.settings_names import setting_names

COUNTED: Mapping[str, str] = {
    "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "60000000",
    "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "60000000",
    "HOLDS__MAX_PER_TEN_MINUTES": "1000000",
    "HOLDS__MAX_UNITS_PER_BUYER": "1000000",
    "HOLDS__TTL_SECONDS": "7200",
    "HOLDS__MAX_TTL_SECONDS": "10800",
    "AUTH__ACCESS_TOKEN_TTL_SECONDS": str(TOKEN_SECONDS),
}
"""Limits that count as always and are not reached, though all load comes from one address and a
few thousand buyers make a million holds; and holds that do not expire while they are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A way to run it. `settings` differ from the defaults."""

    name: str
    database: str
    workers: int = 1
    settings: tuple[tuple[str, str], ...] = ()


class Ours:
    def __init__(self, kind: Kind, cluster: Cluster, sale: Sale) -> None:
        self.kind = kind
        self.rest, self.grpc = free_port(), free_port()
        settings = {
            **COUNTED,
            "DATABASE__URL": cluster.login_url(kind.database),
            "DATABASE__MIGRATION_URL": cluster.url(kind.database),
            "DATABASE__MIGRATE": "false",
            "SECRET_KEY": sale.secret,
            "REST__PORT": str(self.rest),
            "GRPC__PORT": str(self.grpc),
            "LOGGING__LEVEL": "INFO",
            "LOGGING__FORMAT": "json",
            **({"WEB__WORKERS": str(kind.workers)} if kind.workers > 1 else {}),
            **dict(kind.settings),
        }
        self._settings = settings
        self.server = Server(
            f"holdfast-{kind.name}",
            [str(ROOT / "main.py")],
            {"DATA_DIR": str(cluster.folder / f"data-{kind.name}"), **settings},
            folder=cluster.folder,
            ports=(self.rest, self.grpc),
        )

    async def start(self) -> None:
        """Raises Missing where this Holdfast does not have one of the settings."""
        known = set(setting_names(Settings))
        if unknown := sorted(set(self._settings) - known):
            raise Missing(f"there is no setting {', '.join(unknown)}")
        await self.server.start()
