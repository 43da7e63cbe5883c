"""The command line around Alembic; `make check` says whether the migrations are right."""

from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tools import migrations


def test_each_migration_is_written_as_sql_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "stale.sql").touch()
    assert migrations.main(["sql", str(folder)]) == 0
    written = {file.name: file.read_text() for file in folder.iterdir()}
    assert len(written) == len(list((ROOT / "alembic/versions").glob("*.py"))) > 0
    assert [name for name, text in written.items() if "CREATE TABLE alembic_version" in text] == [
        min(written)
    ]
    for name, text in written.items():
        assert text.count("-- Running upgrade") == 1, name


@pytest.mark.parametrize("message", ["", "  "])
def test_a_revision_needs_a_message(message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        migrations.main(["revision", message])
    assert stopped.value.code == 2
    assert "needs a message" in capsys.readouterr().err
