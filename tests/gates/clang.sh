#!/usr/bin/env bash
# A second compiler, clang of Debian 12, builds everything with warnings as errors, and the fast tests pass.
# Usage: tests/gates/clang.sh
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/gates/clang.sh; exit 0; fi
jobs/install-deps.sh build tests gates
. jobs/environment.sh
cmake --preset clang -G Ninja
cmake --build build/clang
ctest --test-dir build/clang --output-on-failure --no-tests=error --timeout 300 -L fast -j "$(nproc)"
