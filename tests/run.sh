#!/usr/bin/env bash
# Installs what is needed, builds with warnings as errors, and runs every test with CTest.
# Usage: tests/run.sh [CTest options], e.g. tests/run.sh -R prepare
set -euo pipefail
cd "$(dirname "$0")/.."

jobs/install-deps.sh build tests cluster-tests cuda
. jobs/environment.sh

cmake --preset ci -G Ninja
cmake --build --preset ci
ctest --preset ci -j "$(nproc)" "$@"
