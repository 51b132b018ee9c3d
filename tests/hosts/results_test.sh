#!/usr/bin/env bash
# Tests that several hosts give the same results as one: the same dataset, the same losses and the
# same evaluation; that a slow network changes nothing; and that errors name the host where they
# occur.
# Usage: results_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/small_job.sh"
make_hosts 4

"$amt" prepare "$golden/tree" "$work/dataset" --augment 60 --rows-per-shard 500 >/dev/null 2>&1

for layout in "2 2" "3 3" "4 4" "2 5"; do
  read -r hosts ranks <<<"$layout"
  echo "prepare with $ranks ranks on $hosts hosts"
  (prepare_on "$hosts" "$ranks" "set-$hosts-$ranks") >"$work/out" 2>"$work/err" || fail "prepare"
  diff -r "$work/dataset" "$work/set-$hosts-$ranks" ||
    fail "the dataset differs with $ranks ranks on $hosts hosts"
done
[ "$(link_bytes 2)" -gt 1000000 ] || fail "the rows were not sent over the network"

# Open MPI chooses the algorithm of a sum by its size and the number of ranks, not by the ranks'
# hosts.
for ranks in 2 3; do
  echo "train on $ranks hosts"
  train_here $ranks "here-$ranks" >"$work/out" 2>"$work/err" || fail "training on one host failed"
  (train_on $ranks $ranks "apart-$ranks") >"$work/out" 2>"$work/err" || fail "training on $ranks hosts failed"
  same_training "apart-$ranks" "here-$ranks"
done

echo "eval on 2 hosts"
mpirun -n 2 "$amt" eval "$work/here-2" "$work/dataset" --split test >"$work/eval-here" 2>"$work/err" ||
  fail "eval on one host failed"
(on_hosts 2 2 "$amt" eval "$work/here-2" "$work/dataset" --split test) >"$work/eval-apart" 2>"$work/err" ||
  fail "eval on 2 hosts failed"
grep -q loss "$work/eval-here" || fail "no loss is printed"
diff "$work/eval-here" "$work/eval-apart" || fail "eval prints other results on 2 hosts"

# host2_is_named TEXT MOUNT JOB...: checks that, if MOUNT makes host2 see different files, the job
# fails with one line that contains TEXT and names a rank on host2.
host2_is_named() {
  local text=$1 mount=$2 code=0
  shift 2
  echo "on host2: $mount"
  echo "$mount" >"$work/mounts.host2"
  ("$@") >"$work/out" 2>"$work/err" || code=$?
  rm "$work/mounts.host2"
  [ "$code" -eq 1 ] || [ "$code" -eq 2 ] || fail "exit code $code instead of 1 or 2"
  [ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "not exactly one error line"
  grep 'amt: error' "$work/err" >"$work/line"
  mentions "$text" "$work/line" || fail "the error does not contain '$text'"
  grep -q 'rank 1.* on host2' "$work/line" || fail "host2 is not named"
}

host2_is_named "$work/dataset ... not a complete dataset" "mount -t tmpfs tmpfs '$work/dataset'" train_on 2 2 lost
"$amt" prepare "$golden/tree" "$work/older" --augment 60 --seed 1 >/dev/null 2>&1
host2_is_named "dataset differs" "mount --bind '$work/older' '$work/dataset'" train_on 2 2 lost
sed 's/learning_rate = .*/learning_rate = 2e-2/' "$work/tiny.ini" >"$work/older.ini"
host2_is_named "'learning_rate = 0.02', ... rank 0" "mount --bind '$work/older.ini' '$work/tiny.ini'" \
  train_on 2 2 lost
mkdir "$work/configs"
cp "$work/tiny.ini" "$work/configs/"
host2_is_named "$work/configs/tiny.ini" "mount -t tmpfs tmpfs '$work/configs'" \
  on_hosts 2 2 "$amt" train --config "$work/configs/tiny.ini" --data.dataset "$work/dataset" --trainer.run_dir "$work/lost"
cp "$amt" "$work/amt"
cp "$amt" "$work/amt-older"
echo >>"$work/amt-older"
host2_is_named "program differs" "mount --bind '$work/amt-older' '$work/amt'" \
  on_hosts 2 2 "$work/amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" --trainer.run_dir "$work/lost"
host2_is_named "$golden/tree ... rank 0" "mount -t tmpfs tmpfs '$golden/tree'" prepare_on 2 2 lost
[ ! -e "$work/lost" ] || fail "something was written without host2"

# A sum takes 1.5 s, and rank 1 pauses for 3 s now and then. The whole job takes longer than the
# watchdog's limit, but each step counts as progress.
echo "a slow network and a slow rank are not failures"
shape_links 20mbit 2
start train_on 2 2 slow --watchdog 15s
for lines in 1 3; do
  wait_for "step $lines" has_lines $lines "$work/slow/metrics.jsonl"
  slow_rank=$(amt_processes | tail -n 1)
  kill -STOP "$slow_rank"
  sleep 3
  kill -CONT "$slow_rank"
done
finish
[ "$code" -eq 0 ] || fail "training with slow links and a slow rank failed with exit code $code"
same_training slow here-2
echo "all passed"
