#!/usr/bin/env bash
# Compares amt with another program on this machine: gets the other program into build/peers-RIVAL,
# runs both alternately, and prints every result and the ratio of the best ones.
# Usage: tests/bench/peers/run.sh RIVAL [ARGUMENT...]   (RIVAL: a folder here; --help after it: its arguments)
# Python packages come from pip; sources from git, or from AMT_PEER_SOURCE, a clone that you have. AMT_BUILD:
# a build with the benchmarks, instead of build/bench.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/bench/peers/run.sh; exit 0; fi
rival=${1-} here=tests/bench/peers
if [ ! -e "$here/$rival/compare.py" ]; then
  echo "run.sh: no such rival: '$rival'; there are: $(cd $here && dirname -- */compare.py | xargs)" >&2
  exit 2
fi
shift
. jobs/environment.sh
jobs/install-deps.sh build bench >&2
environment=build/peers-$rival
if [ ! -e "$environment/complete" ]; then
  python3 -m venv "$environment"
  if [ -e "$here/$rival/requirements.txt" ]; then
    "$environment/bin/pip" install --quiet --requirement "$here/$rival/requirements.txt"
  fi
  touch "$environment/complete"
fi
if [ -e "$here/$rival/source" ] && [ -z "${AMT_PEER_SOURCE-}" ]; then
  export AMT_PEER_SOURCE=$PWD/$environment/source
  if [ ! -e "$AMT_PEER_SOURCE" ]; then git clone --quiet "$(cat "$here/$rival/source")" "$AMT_PEER_SOURCE"; fi
fi
PYTHONPATH=$here exec "$environment/bin/python" "$here/$rival/compare.py" "$@"
