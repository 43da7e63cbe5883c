"""What breaks readers of the API and of messages is found; what they can stand is not."""

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tools.published import __main__ as published
from tools.published.messages import broken, catalogue

PROTO = Path("grpc_app/proto/holdfast/v1/hold.proto")
INTERNAL = Path("grpc_app/proto/holdfast/internal/v1/inventory.proto")


def catalogues() -> tuple[dict[str, Any], dict[str, Any]]:
    """As it is, twice: the second is there to be changed."""
    now = json.loads(json.dumps(catalogue()))
    return now, deepcopy(now)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The protos of the project, to be changed."""
    shutil.copy(published.ROOT / "buf.yaml", tmp_path)
    shutil.copytree(published.ROOT / "grpc_app/proto", tmp_path / "grpc_app/proto")
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_everything_is_as_it_was_published() -> None:
    assert published.problems() == [], "see docs/messaging.md, Changes"


def test_what_is_written_is_what_there_is(root: Path, tmp_path: Path) -> None:
    api, messages = tmp_path / "api.json", tmp_path / "messages.json"
    published.write(root, api, messages)
    assert json.loads(messages.read_text()) == json.loads(json.dumps(catalogue()))
    names = {file["name"] for file in json.loads(api.read_text())["file"]}
    assert "holdfast/v1/hold.proto" in names and not any("internal" in name for name in names)
    assert published.problems(root, api, messages) == []
    for stored in (published.API, published.MESSAGES):
        assert stored.read_text().count("\n") > 1000, "a change of it is to be read in lines"


def test_a_broken_api_is_found(root: Path) -> None:
    change(root / PROTO, "rpc ReleaseHold(", "rpc DropHold(")
    change(root / INTERNAL, "rpc Checkout(", "rpc CheckOut(")
    (problem,) = published.problems(root)
    assert "ReleaseHold" in problem and "deleted" in problem


def test_a_field_of_the_api_that_changes_its_type_is_found(root: Path) -> None:
    change(root / PROTO, "int32 quantity =", "string quantity =")
    (problem,) = published.problems(root)
    assert "quantity" in problem and "type" in problem


def test_a_larger_api_is_no_problem(root: Path) -> None:
    more = "message Farewell { string word = 1; }\n"
    (root / PROTO).write_text((root / PROTO).read_text() + more)
    assert published.problems(root) == []


def test_a_message_that_is_gone_is_found() -> None:
    before, now = catalogues()
    del now["hold.expired"]
    assert broken(before, now) == ["hold.expired is gone: who waits for it will never know"]


def test_a_message_in_another_topic_is_found() -> None:
    before, now = catalogues()
    now["payment.completed"] |= {"topic": "ticketing.payment", "version": 2}
    (problem,) = broken(before, now)
    assert "payment.completed moved from ticketing.order to ticketing.payment" in problem


def test_an_older_version_is_found() -> None:
    before, now = catalogues()
    before["hold.created"]["version"] = 3
    now["hold.created"]["version"] = 2
    assert broken(before, now) == ["hold.created has version 2, after 3"]


@pytest.mark.parametrize(
    "shape",
    [
        None,
        {"type": "string", "required": True},
        {"type": ["integer", "null"], "required": True},
        {"type": "integer", "required": False},
    ],
    ids=["removed", "another type", "perhaps null", "optional"],
)
def test_a_field_that_changes_wants_a_new_version(shape: dict[str, Any] | None) -> None:
    before, now = catalogues()
    fields = now["hold.created"]["fields"]
    del fields["units"]
    if shape is not None:
        fields["units"] = shape
    (problem,) = broken(before, now)
    assert "hold.created" in problem and "units" in problem and "raise its version" in problem
    now["hold.created"]["version"] = 2
    assert broken(before, now) == []


def test_new_fields_are_optional() -> None:
    before, now = catalogues()
    now["hold.created"]["fields"]["queue"] = {"type": "string", "required": True}
    (problem,) = broken(before, now)
    assert "hold.created has a new queue" in problem
    now["hold.created"]["fields"]["queue"]["required"] = False
    now["hold.queued"] = now["hold.created"]
    assert broken(before, now) == []


def test_it_is_not_published_where_that_breaks_readers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(published, "write", lambda: calls.append("written"))
    monkeypatch.setattr(published, "problems", lambda: ["hold.expired is gone"])
    assert published.main(["check"]) == 1 and published.main(["write"]) == 1
    assert not calls and "hold.expired is gone" in capsys.readouterr().err
    assert published.main(["write", "--force"]) == 0 and len(calls) == 1
    monkeypatch.setattr(published, "problems", list)
    assert published.main(["check"]) == 0 and published.main(["write"]) == 0 and len(calls) == 2
