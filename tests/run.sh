#!/usr/bin/env bash
# Installs what is needed, builds with warnings as errors, and runs every test with CTest, which ends with a
# list of the skipped ones and their reasons. As a user who is not root, what needs root is skipped.
#
# Usage: tests/run.sh [--fast] [OPTION OF ctest...], e.g. tests/run.sh -R prepare
#   --fast  without the tests that start amt itself: for daily work, three minutes after a build
#
# It builds in build/ci, or in the folder that AMT_BUILD_DIR names: for a checkout that is not yours. The tests
# work in a folder of $TMPDIR or /tmp that goes away, and one that leaves a file there is reported: exit 1.
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
  *) echo "run.sh: '$1' is not an option of ctest; tests are chosen with -R $1 (--help)" >&2; exit 2 ;;
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
chmod 1777 "$TMPDIR"  # some tests become another user
code=0
ctest --test-dir "$build" --output-on-failure --no-tests=error --timeout 300 -j "$(nproc)" "$@" || code=$?
left=$(find "$TMPDIR" -mindepth 1 -maxdepth 2 ! -path "$TMPDIR/ompi.*")  # those are of an mpirun that was killed
if [ -n "$left" ]; then
  echo "run.sh: the tests left files behind: $left" >&2
  [ $code -ne 0 ] || code=1
fi
exit $code
