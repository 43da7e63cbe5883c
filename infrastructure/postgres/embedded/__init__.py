"""A private PostgreSQL server, run as a child of this process, on Linux and macOS."""

from infrastructure.postgres.embedded.errors import EmbeddedPostgresError
from infrastructure.postgres.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]
