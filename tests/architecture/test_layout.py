"""Every folder of code is a package, except alembic/; a file over 300 lines needs a reason."""

from collections.abc import Iterable, Mapping

from tests.architecture.sources import AROUND, PACKAGES, ROOT, Source, sample, sources

LONGEST = 300  # lines

# Files that are longer, each with the reason why splitting it would read worse.
REASONS: Mapping[str, str] = {
    "tests/contracts/dispatch.py": "one exam of deliveries: retries, parked ones and dead letters",
    "tests/core/test_processes.py": "one story of several processes, from their start to their end",
    "tests/matrix/world.py": "everything that anybody may ask for, made once",
    "alembic/versions/0001_first_tables.py": "the whole first schema, which is never edited again",
    "alembic/versions/0005_days.py": "three tables as they become, and as they were",
    "alembic/versions/0007_money.py": "the books of money, and how what was there gets into them",
    "infrastructure/simulated/provider.py": "the calls of one provider, each with its one effect",
    "infrastructure/postgres/unit_of_work.py": "a property for each of sixteen repositories",
    "tests/api/test_lanes.py": "one suite, every part of it on both lanes",
    "tests/application/payment/test_refunds.py": "one table of what can become of a refund",
    "tests/contracts/money.py": "one exam of four ports that are written together",
    "tests/contracts/payment_providers.py": "one exam, read from the top to the bottom",
    "tests/contracts/rivals.py": "one table of who meets whom, and how it must end",
    "tests/contracts/world.py": "the one world that all contract suites live in",
    "tests/domain/test_lifecycles.py": "every transition of every table, in one place",
    "tests/application/test_webhooks.py": "one message's way, from the log to the receiver",
    "tests/contracts/webhooks.py": "one suite, about endpoints and what is sent there",
    "tests/faces/forged.py": "one table, read from the top to the bottom",
}


def unpackaged(files: Iterable[str]) -> list[str]:
    """Folders that hold Python files but no __init__.py: import-linter would not look into them."""
    paths = set(files)
    folders = {path.rsplit("/", 1)[0] for path in paths if "/" in path}
    return sorted(folder for folder in folders if f"{folder}/__init__.py" not in paths)


def too_long(files: Iterable[Source], reasons: Mapping[str, str]) -> list[str]:
    """Files over the limit without a reason, and reasons that no file needs any more."""
    long = {
        source.path: count for source in files if (count := len(source.text.splitlines())) > LONGEST
    }
    return [
        *(f"{path} has {count} lines" for path, count in long.items() if not reasons.get(path)),
        *(f"{path} needs no reason" for path in reasons if path not in long),
    ]


def test_every_folder_of_code_is_a_package() -> None:
    folders = [folder for folder in (*PACKAGES, *AROUND) if folder != "alembic"]
    assert unpackaged(source.path for source in sources(*folders)) == []


def test_alembic_is_no_package() -> None:
    """An alembic/__init__.py would shadow the library of that name."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_long_files_have_a_reason() -> None:
    assert too_long(sources(), REASONS) == []


def test_a_folder_without_init_is_found() -> None:
    files = ["domain/__init__.py", "domain/hold/hold.py", "domain/hold/deep/__init__.py", "main.py"]
    assert unpackaged(files) == ["domain/hold"]


def test_a_long_file_is_found() -> None:
    short, long = sample("a.py", "\n" * 300), sample("b.py", "\n" * 301)
    assert too_long([short, long], {}) == ["b.py has 301 lines"]
    assert too_long([short, long], {"b.py": ""}) == ["b.py has 301 lines"]
    assert too_long([short, long], {"b.py": "a table"}) == []
    assert too_long([short, long], {"a.py": "was long", "b.py": "x"}) == ["a.py needs no reason"]
