#!/bin/sh
# Makes everything a checkout needs, inside the project folder only:
#   .tools/  uv at the version and hashes of requirements/tools.txt, and its download cache
#   .venv/   what requirements/dev.txt locks
# Needs Python >= 3.11 with venv or pip; PYTHON=/path/to/python chooses which.
set -eu
cd "$(dirname "$0")/.."

recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        candidates=$PYTHON
    else
        candidates="python3 python python3.11 python3.12 python3.13 python3.14"
    fi
    for candidate in $candidates; do
        if recent "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Holdfast needs Python 3.11 or newer; tried: $candidates." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.11 ..." >&2
    return 1
}

# pip_config NAME: the value pip is configured with, by environment or file; empty if none.
pip_config() {
    variable=$(echo "PIP_$1" | tr 'a-z-' 'A-Z_')
    eval "value=\${$variable:-}"
    if [ -z "$value" ]; then
        value=$($pip config get "global.$1" 2>/dev/null || true)
    fi
    echo "$value"
}

python=$(find_python)
mkdir -p .tools

# A virtual environment is the ordinary home of uv; without ensurepip (some distributions split
# it off) the interpreter's own pip puts it into a plain folder.
has_pip() {
    "$1" -m pip --version >/dev/null 2>&1
}

if has_pip .tools/env/bin/python || {
    "$python" -m venv --clear .tools/env >/dev/null 2>&1 && has_pip .tools/env/bin/python
}; then
    pip=".tools/env/bin/python -m pip"
    uv=.tools/env/bin/uv
    into=""
elif rm -rf .tools/env && has_pip "$python"; then
    pip="$python -m pip"
    uv=.tools/lib/bin/uv
    into="--target .tools/lib --upgrade"
else
    echo "$python has neither ensurepip nor pip." >&2
    echo "Install its venv package (on Debian and Ubuntu: python3-venv) and try again." >&2
    exit 1
fi

if [ ! -x "$uv" ] || ! cmp -s requirements/tools.txt .tools/tools.txt; then
    echo "Installing uv into .tools/"
    # shellcheck disable=SC2086  # $pip and $into are several words on purpose
    PIP_ROOT_USER_ACTION=ignore $pip install --quiet --disable-pip-version-check --no-cache-dir \
        --require-hashes --only-binary :all: $into -r requirements/tools.txt
    cp requirements/tools.txt .tools/tools.txt
fi
ln -sf "${uv#.tools/}" .tools/uv

# uv does not read pip's configuration; a machine that reaches its package index only through
# that would be lost, so it is handed on where uv has nothing of its own.
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}${UV_INDEX:-}${UV_CONFIG_FILE:-}" ]; then
    index=$(pip_config index-url)
    if [ -n "$index" ]; then
        export UV_DEFAULT_INDEX="$index"
    fi
fi
if [ -z "${SSL_CERT_FILE:-}" ]; then
    certificates=$(pip_config cert)
    if [ -n "$certificates" ]; then
        export SSL_CERT_FILE="$certificates"
    fi
fi
# Trust what the machine trusts, as pip does: a company's own certificate authority, for one.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.tools/cache}"
export UV_PYTHON_DOWNLOADS=never

if ! recent .venv/bin/python; then
    .tools/uv venv --quiet --clear --python "$python" .venv
fi
echo "Installing requirements/dev.txt into .venv/"
.tools/uv pip sync --quiet --require-hashes --python .venv/bin/python requirements/dev.txt
touch .venv/.ready
