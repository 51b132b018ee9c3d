#!/usr/bin/env bash
# Builds everything with a second compiler (Debian 12's clang) and warnings as errors, and runs the
# fast tests.
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
