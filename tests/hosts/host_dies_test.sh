#!/usr/bin/env bash
# Kills all processes on one of two hosts at once, during prepare's exchange and during training.
# mpirun must end by itself, and the restarted job must end with the same bytes.
# Usage: host_dies_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/small_job.sh"
make_hosts 2

# host_dies: kills host2's processes. mpirun must notice by itself, long before its time limit, and
# leave no process behind.
host_dies() {
  kill_host 2
  all_gone 30
  finish
  [ "$code" -ne 0 ] || fail "mpirun succeeded although a host died"
  echo "mpirun ended with $code"
}

echo "a host dies in prepare's exchange"
"$amt" prepare "$golden/tree" "$work/all" --augment 60 --rows-per-shard 500 >/dev/null 2>&1
shape_links 20mbit 2
start prepare_on 2 2 cut-off
in_exchange
host_dies
unshape_links
prepared_again

echo "a host dies in training"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1
(train_on 2 2 whole) >"$work/out" 2>"$work/err" || fail "the undisturbed run failed"
shape_links 20mbit 2
start train_on 2 2 killed
in_sum killed
host_dies
unshape_links
trained_again killed
echo "all passed"
