"""What others rely on.

    python -m tools.published check    exit 1, and say what breaks whoever relies on it
    python -m tools.published write    what there is now is published; refused where it breaks
    python -m tools.published write --force

The API is compared by `buf breaking`, messages by tools.published.messages: with what is stored
here, so that no history is needed.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tools.published.messages import broken, catalogue

ROOT: Final = Path(__file__).resolve().parents[2]
API: Final = Path(__file__).parent / "api.json"
MESSAGES: Final = Path(__file__).parent / "messages.json"
INTERNAL: Final = "grpc_app/proto/holdfast/internal"
"""Spoken between processes of one version: nobody else's."""


def problems(root: Path = ROOT, api: Path = API, messages: Path = MESSAGES) -> list[str]:
    """Of the protos below `root`, and of the messages."""
    published = json.loads(messages.read_text())
    return [*_api_problems(root, api), *broken(published, catalogue())]


def _api_problems(root: Path, api: Path) -> list[str]:
    done = _buf("breaking", str(root), "--against", str(api))
    if done.returncode not in (0, 100):  # 100: it has found something
        raise SystemExit(f"buf breaking: {done.stderr.strip()}")
    return done.stdout.splitlines()


def write(root: Path = ROOT, api: Path = API, messages: Path = MESSAGES) -> None:
    image = _buf(
        *("build", str(root), "--exclude-path", str(root / INTERNAL)),
        *("--exclude-source-info", "-o", "-#format=json"),
    )
    image.check_returncode()
    _store(api, json.loads(image.stdout))
    _store(messages, catalogue())


def _store(file: Path, content: Any) -> None:
    """In lines, so that a change can be read."""
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _buf(*arguments: str) -> subprocess.CompletedProcess[str]:
    buf = Path(sys.executable).parent / "buf"
    return subprocess.run([buf, *arguments], capture_output=True, text=True, check=False)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.published")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("check")
    actions.add_parser("write").add_argument("--force", action="store_true")
    options = parser.parse_args(arguments)
    found = problems()
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    if options.action == "write" and (options.force or not found):
        write()
        return 0
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
