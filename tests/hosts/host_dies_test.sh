#!/usr/bin/env bash
# All processes of one of two hosts die at once, in the middle of prepare's exchange and of training: mpirun
# ends by itself, and the job that is started again ends with the same bytes.
# Usage: host_dies_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/small_job.sh"
make_hosts 2

# host_dies: mpirun notices, on its own and long before its limit, and leaves nothing running.
host_dies() {
  kill_host 2
  finish
  [ "$code" -ne 0 ] && [ "$code" -ne 124 ] && [ "$code" -ne 137 ] || fail "exit code $code of mpirun"
  echo "mpirun ended with $code"
  [ -z "$(amt_processes)" ] || fail "processes are left"
}

echo "in prepare's exchange"
"$amt" prepare "$golden/tree" "$work/all" --augment 60 --rows-per-shard 500 >/dev/null 2>&1
shape_links 20mbit 2
start prepare_on 2 2 cut-off
in_exchange
host_dies
[ ! -e "$work/cut-off" ] || fail "a dataset was left"
unshape_links
(prepare_on 2 2 cut-off) >"$work/out" 2>"$work/err" || fail "prepare, started again"
diff -r "$work/all" "$work/cut-off" || fail "other bytes after a host died"
[ ! -e "$work/cut-off.partial" ] || fail "remains are left"

echo "in training"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1
(train_on 2 2 whole) >"$work/out" 2>"$work/err" || fail "the run that is left alone"
shape_links 20mbit 2
start train_on 2 2 killed
in_sum killed
host_dies
unshape_links
(train_on 2 2 killed) >"$work/out" 2>"$work/err" || fail "training, started again"
grep -q "going on from .*step-00000" "$work/err" || fail "it began anew"
same_training killed whole
echo "all passed"
