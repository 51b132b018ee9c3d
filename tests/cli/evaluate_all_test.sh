#!/usr/bin/env bash
# Tests amt eval --all and --csv: every checkpoint of a run, damaged checkpoints, and an
# interruption by a signal.
# Usage: evaluate_all_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"

"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1
"$amt" train --data.dataset "$work/dataset" --trainer.run_dir "$work/run" \
  --trainer.num_train_steps 6 --trainer.train_batch_size 1 --trainer.learning_rate 1e-2 \
  --trainer.max_eval_batches 1 --checkpointer.keep_every 2 \
  --model.hidden_dim 16 --model.num_heads 2 --model.num_layers 1 2>/dev/null

# column NAME LINE: prints a value from "$work/csv"; the first checkpoint is on line 2.
column() {
  awk -F, -v name="$1" -v line="$2" '
    NR == 1 { for (i = 1; i <= NF; ++i) if ($i == name) wanted = i }
    NR == line { print $wanted }' "$work/csv"
}

echo "all checkpoints, oldest first, with the same values as if evaluated alone"
"$amt" eval "$work/run" "$work/dataset" --all >"$work/csv" 2>"$work/err" || fail "--all"
[ "$(wc -l <"$work/csv")" -eq 4 ] || fail "the CSV does not have one line per checkpoint"
for line in 2 3 4; do
  step=$((2 * line - 2))
  [ "$(column step $line)" = "$step" ] || fail "line $line is not step $step"
  "$amt" eval "$work/run/checkpoints/step-00000$step/" "$work/dataset" --csv 2>/dev/null |
    tail -n 1 | cut -d, -f 2- >"$work/alone"
  sed -n ${line}p "$work/csv" | cut -d, -f 2- | cmp - "$work/alone" || fail "evaluating step $step alone gives other values"
done
[ "$(column rows 2)" = 11 ] || fail "wrong number of rows"
[ "$(column loss 2)" != "$(column loss 4)" ] || fail "two checkpoints have the same loss"

echo "part of another split, on two ranks"
mpirun -n 2 "$amt" eval "$work/run" "$work/dataset" --all --split valid --subsample 3 \
  >"$work/csv" 2>"$work/err" || fail "--all fails on two ranks"
[ "$(column split 4) $(column rows 4)" = "valid 3" ] || fail "wrong split or number of rows"

echo "damaged checkpoints are reported and skipped"
printf x | dd of="$work/run/checkpoints/step-000004/model.safetensors" bs=1 seek=2000 conv=notrunc 2>/dev/null
code=0
mpirun -n 2 "$amt" eval "$work/run" "$work/dataset" --all >"$work/csv" 2>"$work/err" || code=$?
[ $code -eq 1 ] || fail "exit code $code instead of 1 with a damaged checkpoint"
[ "$(column step 2) $(column step 3)" = "2 6" ] || fail "the intact checkpoints are missing"
grep -q "step-000004,.* damaged.* model.safetensors" "$work/err" || fail "the damaged checkpoint is not named"
grep -q "1 of 3 checkpoints" "$work/err" || fail "the number of damaged checkpoints is not reported"

echo "after a signal it exits with 1 and keeps complete lines"
: >"$work/csv"  # removes earlier lines
"$amt" eval "$work/run" "$work/dataset" --all --split train >"$work/csv" 2>"$work/err" &
pid=$!
for _ in $(seq 1200); do
  [ "$(wc -l <"$work/csv")" -ge 2 ] && break
  sleep 0.05
done
kill -USR1 $pid
code=0
wait $pid || code=$?
[ $code -eq 1 ] || fail "exit code $code instead of 1 after a signal"
grep -q "signal" "$work/err" || fail "the signal is not reported"
[ "$(wc -l <"$work/csv")" -eq 2 ] || fail "wrong number of lines after a signal"

echo "mistakes"
expect_line 2 "--all ... folder of a run" "$amt" eval "$work/run/checkpoints/step-000006" \
  "$work/dataset" --all
"$amt" prepare "$golden/tree" "$work/interarrival" --interarrival >/dev/null 2>&1
expect_line 2 "encoding interarrival" "$amt" eval "$work/run" "$work/interarrival" --all
echo "all passed"
