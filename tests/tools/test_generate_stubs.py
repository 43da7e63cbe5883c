"""Generating protobuf code: its place, its imports, and noticing that it is stale."""

import compileall
import subprocess
import sys
from pathlib import Path

import pytest

from tools import generate_stubs

COMMON = """
syntax = "proto3";
package sample.v1;
message Money {
  int64 amount = 1;
}
"""
SALE = """
syntax = "proto3";
package sample.v1;
import "google/protobuf/timestamp.proto";
import "sample/v1/common.proto";
service SaleService {
  rpc GetSale(GetSaleRequest) returns (Sale);
}
message GetSaleRequest {
  string id = 1;
}
message Sale {
  Money total = 1;
  google.protobuf.Timestamp at = 2;
}
"""
PROGRAM = """
from grpc_app.generated.sample.v1 import sale_pb2, sale_pb2_grpc
sale = sale_pb2.Sale(total={"amount": 3})
assert sale_pb2.Sale.FromString(sale.SerializeToString()).total.amount == 3
assert sale_pb2_grpc.SaleServiceServicer.GetSale
"""


@pytest.fixture(scope="module")
def protos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("proto")
    (folder / "sample/v1").mkdir(parents=True)
    (folder / "sample/v1/common.proto").write_text(COMMON)
    (folder / "sample/v1/sale.proto").write_text(SALE)
    return folder


@pytest.fixture(scope="module")
def generated(protos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parent of a package grpc_app with the code of `protos`."""
    root = tmp_path_factory.mktemp("root")
    (root / "grpc_app").mkdir()
    (root / "grpc_app/__init__.py").touch()
    generate_stubs.generate(protos, root / "grpc_app/generated")
    return root


def test_the_code_works_below_its_package(generated: Path) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=generated, check=True)


def test_types_refer_to_the_package_too(generated: Path) -> None:
    folder = generated / "grpc_app/generated/sample/v1"
    for name in ("sale_pb2.pyi", "sale_pb2_grpc.pyi", "sale_pb2.py", "sale_pb2_grpc.py"):
        text = (folder / name).read_text()
        assert "from grpc_app.generated.sample.v1 import" in text, name
        assert "from sample.v1" not in text, name
    assert "_aio.UnaryUnaryMultiCallable" in (folder / "sale_pb2_grpc.pyi").read_text()
    assert not (folder / "common_pb2_grpc.py").exists()


def test_only_imports_are_rewritten() -> None:
    text = (
        "from sample.v1 import a_pb2\nimport sample.v1.a_pb2\nfrom sample_other import b\n"
        "name = 'sample.v1.Sale'  # from sample.v1 import a\n"
    )
    assert generate_stubs.rewritten(text, ["sample"]) == (
        "from grpc_app.generated.sample.v1 import a_pb2\n"
        "import grpc_app.generated.sample.v1.a_pb2\nfrom sample_other import b\n"
        "name = 'sample.v1.Sale'  # from sample.v1 import a\n"
    )


def test_the_same_protos_give_the_same_bytes(
    protos: Path, generated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "generated"
    generate_stubs.generate(protos, again)
    assert generate_stubs.differences(generated / "grpc_app/generated", again) == []

    (again / "sample/v1/sale_pb2.py").write_text("changed by hand")
    (again / "sample/v1/gone_pb2.py").touch()
    (again / "sample/v1/common_pb2.pyi").unlink()
    command = ["--check", "--proto", str(protos), "--out", str(again)]
    assert generate_stubs.main(command) == 1
    told = capsys.readouterr().err
    for name in ("sale_pb2.py", "gone_pb2.py", "common_pb2.pyi"):
        assert f"generated/sample/v1/{name} " in told

    assert generate_stubs.main(command[1:]) == 0
    assert generate_stubs.main(command) == 0


def test_what_python_compiled_beside_it_is_no_difference(
    generated: Path, protos: Path, tmp_path: Path
) -> None:
    """Whoever ran the program before the check has such files."""
    again = tmp_path / "generated"
    generate_stubs.generate(protos, again)
    assert compileall.compile_dir(again, quiet=1)
    assert list(again.rglob("*.pyc")) != []
    assert generate_stubs.differences(generated / "grpc_app/generated", again) == []


def test_a_folder_it_did_not_write_stays(protos: Path, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(SystemExit, match="stays as it is"):
        generate_stubs.generate(protos, tmp_path)
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_no_protos_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no .proto file"):
        generate_stubs.generate(tmp_path, tmp_path / "out")
