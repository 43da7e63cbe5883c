"""The contracts of import-linter, on a small house of their own: each breaks when it should."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

MODULES = """
    shared.ids domain.event.event domain.hold.hold domain.order.order domain.organizer.organizer
    domain.ticket.ticket domain.user.user application.pipeline infrastructure.postgres.store
    infrastructure.memory.store api.app grpc_app.server core.chosen core.container core.database
    core.messaging core.pools core.providers core.settings tools.check demo.sale bench.run
    tests.test_all
""".split()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Packages with the names of ours and nothing in them."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module in MODULES:
        *packages, name = module.split(".")
        folder = tmp_path
        for package in packages:
            folder /= package
            folder.mkdir(exist_ok=True)
            (folder / "__init__.py").touch()
        (folder / f"{name}.py").touch()
    return tmp_path


def broken(house: Path) -> set[str]:
    """The contracts that lint-imports reports as broken, by id."""
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=house,
        capture_output=True,
        text=True,
    )
    names = {
        "core > api | grpc_app | infrastructure > application > domain > shared": "layers",
        "Aggregates refer to each other by id, never by import": "aggregates",
        "Adapters do not know each other": "adapters",
        "Only the composition root meets adapters": "composition",
        "The inside imports no framework, driver or wire format": "inside",
        "Faces know no database": "faces",
    }
    assert set(names) <= {line.rsplit(" ", 1)[0] for line in run.stdout.splitlines()}, run
    found = {names[name] for name in names if f"{name} BROKEN" in run.stdout}
    assert run.returncode == (1 if found else 0), run
    return found


def test_every_contract_breaks(house: Path) -> None:
    assert broken(house) == set()
    imports = {
        "domain/event/event.py": "import application.pipeline",
        "domain/hold/hold.py": "import domain.order.order",
        "infrastructure/memory/store.py": "import infrastructure.postgres.store",
        "core/settings.py": "import infrastructure.memory.store",
        "application/pipeline.py": "import asyncpg",
        "api/app.py": "import sqlalchemy",
    }
    for path, statement in imports.items():
        (house / path).write_text(statement + "\n")
    assert broken(house) == {"layers", "aggregates", "adapters", "composition", "inside", "faces"}


def test_faces_and_adapters_may_not_meet(house: Path) -> None:
    (house / "api/app.py").write_text("import grpc_app.server\n")
    assert broken(house) == {"layers"}


def test_the_container_may_import_everything(house: Path) -> None:
    (house / "core/container.py").write_text(
        "import api.app, grpc_app.server, infrastructure.postgres.store\n"
    )
    assert broken(house) == set()
