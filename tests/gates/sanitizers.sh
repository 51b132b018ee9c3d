#!/usr/bin/env bash
# Runs the fast tests under the address and undefined-behaviour sanitizers.
# Usage: tests/gates/sanitizers.sh
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/gates/sanitizers.sh; exit 0; fi
jobs/install-deps.sh build tests
. jobs/environment.sh
# Does not check for leaks, because MPI, the libraries that it loads, and oneDNN keep memory until
# the process ends.
# The preset leaves out the vptr check, which reads memory through a pipe and therefore fails where a
# test leaves no free file descriptor.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
cmake --preset asan -G Ninja
cmake --build build/asan
ctest --test-dir build/asan --output-on-failure --no-tests=error --timeout 600 -L fast -j "$(nproc)"
