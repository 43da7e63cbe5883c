#!/bin/sh
# Locks requirements/*.in with hashes, for every platform and every supported Python.
# Arguments go to `uv pip compile`, e.g. --upgrade.
set -eu
cd "$(dirname "$0")/.."
[ -x .tools/uv ] || sh tools/bootstrap.sh
export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.tools/cache}"
for name in tools runtime dev; do
    .tools/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
        --python-version 3.11 "$@" "requirements/$name.in" -o "requirements/$name.txt"
done
