#!/bin/sh
# Writes the lock files anew from pyproject.toml; each lock holds all of the one before it, at the same versions.
# Pass --upgrade to move to the newest versions allowed. Needs uv.
set -eu
cd "$(dirname "$0")/.."

lock() {
    target=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --output-file "requirements/$target.lock" "$@"
}

lock run pyproject.toml --extra build "$@"
lock dev pyproject.toml --extra build --extra dev --constraint requirements/run.lock "$@"
lock bench pyproject.toml --extra build --extra dev --extra bench --constraint requirements/dev.lock "$@"
lock tools requirements/tools.in "$@"
