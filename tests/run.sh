#!/usr/bin/env bash
# Installs missing packages, builds with warnings as errors, and runs all tests with CTest. The
# output ends with the skipped tests and their reasons. Tests that need root are skipped for other
# users.
#
# Usage: tests/run.sh [--fast] [OPTION OF ctest...], e.g. tests/run.sh -R prepare
#   --fast  leaves out the tests that start amt itself: three minutes after a build, for daily work
#
# Builds in build/ci, or in the folder AMT_BUILD_DIR if the checkout belongs to another user. The
# tests work in a folder in $TMPDIR or /tmp that is removed at the end. If a test leaves files
# there, they are reported, and the exit code is 1.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
# shellcheck source=jobs/help.sh
. jobs/help.sh
# shellcheck source=jobs/folders.sh
. jobs/folders.sh
if wants_help "$@"; then print_help tests/run.sh; exit 0; fi
if [ "${1:-}" = --fast ]; then
  shift
  set -- -L fast "$@"
fi
case ${1:--} in
  -*) ;;
  *) echo "run.sh: '$1' is not an option of ctest; use -R $1 to select tests (--help)" >&2; exit 2 ;;
esac
build=${AMT_BUILD_DIR:-$PWD/build/ci}
if ! can_build "$build"; then
  echo "run.sh: $(why_not "$build"); set AMT_BUILD_DIR to a folder of your own" >&2
  exit 2
fi

jobs/install-deps.sh build tests cluster-tests peers cuda
. jobs/environment.sh

cmake --preset ci -G Ninja -B "$build"
cmake --build "$build"

TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/amt-tests-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
chmod 1777 "$TMPDIR"  # some tests switch to another user
code=0
ctest --test-dir "$build" --output-on-failure --no-tests=error --timeout 300 -j "$(nproc)" "$@" || code=$?
# Ignores what a killed mpirun leaves: ompi.* of Open MPI 4, prterun.* of Open MPI 5.
left=$(find "$TMPDIR" -mindepth 1 -maxdepth 2 ! -path "$TMPDIR/ompi.*" ! -path "$TMPDIR/prterun.*")
if [ -n "$left" ]; then
  echo "run.sh: the tests left files behind: $left" >&2
  [ $code -ne 0 ] || code=1
fi
exit $code
