#!/usr/bin/env bash
# amt train --sweep: one run for each value of an option, one after another or as tasks of a job array.
# Usage: sweep_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
unset SLURM_ARRAY_TASK_ID

# train RANKS RUN [OPTION...]: replaces the shell, so that $! is mpirun.
train() {
  exec mpirun -n "$1" "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/$2" "${@:3}"
}
run() { (train "$@"); }

# same_model STEP RUN OTHER: fails unless both runs have the same model after STEP.
same_model() {
  cmp "$work/$2/checkpoints/step-$1/model.safetensors" "$work/$3/checkpoints/step-$1/model.safetensors" ||
    fail "$2 and $3 differ after step $1"
}

tiny_configuration 12 2 4 "keep_every = 4"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1
rates=learning_rate=1e-3,3e-3,1e-2

echo "one after another, each like a separate run"
run 2 plain --trainer.learning_rate 3e-3 2>"$work/err" || fail "training"
expect 0 "1e-2 ... 12" run 2 sweep --sweep $rates
same_model 000012 plain "sweep/learning_rate=3e-3"
[ "$(wc -l <"$work/sweep/sweep.csv")" -eq 4 ] || fail "the table does not have a row for each run"
last=$(grep -o '"valid_loss":[0-9.]*' "$work/plain/metrics.jsonl" | tail -1)
grep -q "^3e-3,12,.*,${last#*:}," "$work/sweep/sweep.csv" || fail "the table has a wrong loss"
grep -q "3e-3</text>" "$work/sweep/sweep.html" || fail "the report lacks a curve"

echo "killed and restarted"
(train 1 killed --sweep trainer.$rates) 2>"$work/err" &
pid=$!
wait_for_lines 7 "$work/killed/learning_rate=3e-3/metrics.jsonl"
kill -9 $(pgrep -P $pid)
ended_well $pid && fail "a killed sweep succeeded"
expect 0 "resuming from ... learning_rate=3e-3" run 1 killed --sweep trainer.$rates
run 1 plain1 --trainer.learning_rate 3e-3 2>"$work/err" || fail "training"
same_model 000012 plain1 "killed/learning_rate=3e-3"
[ "$(grep -c '"loss"' "$work/killed/learning_rate=1e-3/metrics.jsonl")" -eq 12 ] || fail "steps were repeated"

echo "a task of an array trains one value"
SLURM_ARRAY_TASK_ID=1 expect 0 "3e-3" run 1 array --sweep $rates
[ "$(ls -d "$work"/array/*=*)" = "$work/array/learning_rate=3e-3" ] || fail "other values were trained"
grep -q "^1e-2,,,,,$" "$work/array/sweep.csv" || fail "the row of a missing run is not empty"
SLURM_ARRAY_TASK_ID=3 expect 2 "--array=0-2" run 1 array --sweep $rates

echo "a diverging run does not stop the others"
expect 1 "failed: ... loss ... finite" run 2 diverges --sweep learning_rate=1e30,3e-3
same_model 000012 plain "diverges/learning_rate=3e-3"

echo "invalid sweeps"
no() { "$amt" train --data.dataset "$work/dataset" --trainer.run_dir "$work/no" "$@"; }
expect_line 2 "learning_rat ... trainer.learning_rate" no --sweep learning_rat=1,2
expect_line 2 "'x'" no --sweep seed=1,x
expect_line 2 "1 ... twice" no --sweep seed=1,1
expect_line 2 "trainer.run_dir" no --sweep run_dir=a,b
expect_line 2 "KEY=" no --sweep seed
expect_line 2 "--dry-run" no --sweep seed=1,2 --dry-run
expect 2 "plain ... contains a run" run 1 plain --sweep seed=1,2
[ ! -e "$work/no" ] || fail "a rejected sweep created a folder"
echo "all passed"
