#!/usr/bin/env bash
# Tests amt train and amt eval on two ranks: a stopped, a killed and an undisturbed run must end
# with the same bytes, and mistakes must be refused in one line.
# Usage: train_eval_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"

# train RUN [OPTION...]: trains on two ranks; replaces the shell, so $! is mpirun's process.
train() {
  local run=$1
  shift
  exec mpirun -n 2 "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/$run" "$@"
}

same_end() {
  for file in model.safetensors optimizer.h5 config.json; do
    cmp "$work/whole/checkpoints/step-000008/$file" "$work/$1/checkpoints/step-000008/$file" ||
      fail "$1 ended with different $file"
  done
}

tiny_configuration 8 4 4 "save_interval = 1s"
"$amt" prepare "$golden/tree" "$work/dataset" 2>/dev/null
"$amt" prepare "$golden/tree" "$work/interarrival" --interarrival 2>/dev/null

echo "--help and --dry-run start nothing"
expect 0 "trainer.learning_rate" "$amt" train --help
expect 0 "learning_rate = 0.01" "$amt" train --config "$work/tiny.ini" \
  --data.dataset "$work/dataset" --trainer.run_dir "$work/dry" --dry-run
[ ! -e "$work/dry" ] || fail "--dry-run created the run folder"

echo "an undisturbed run"
(train whole) 2>"$work/err" || fail "training failed"
grep -q "learning_rate = 0.01" "$work/whole/config.ini" || fail "config.ini"
[ "$(cat "$work/whole/checkpoints/latest")" = step-000008 ] || fail "latest"

echo "a run that is stopped by a signal, then resumes"
(train stopped) 2>"$work/err" &
pid=$!
wait_for_lines 2 "$work/stopped/metrics.jsonl"
kill -USR1 $pid
code=0
wait $pid || code=$?
[ $code -eq 75 ] || fail "exit code $code instead of 75 after a signal"
(train stopped) 2>"$work/err" || fail "resuming after a signal failed"
same_end stopped

echo "a run whose ranks are killed, then resumes"
(train killed) 2>"$work/err" &
pid=$!
wait_for_lines 4 "$work/killed/metrics.jsonl"
kill -9 $(pgrep -P $pid)
wait $pid && fail "a killed run succeeded"
(train killed) 2>"$work/err" || fail "resuming after a kill failed"
same_end killed
[ "$(grep -c '"loss"' "$work/killed/metrics.jsonl")" -eq 8 ] ||
  fail "metrics.jsonl does not have each step once"

echo "evaluation"
expect 0 "token-frequency" "$amt" eval "$work/whole" "$work/dataset" --split valid
one=$(grep "nats per token" "$work/out")
expect 0 "$one" mpirun -n 2 "$amt" eval "$work/whole/checkpoints/step-000008" "$work/dataset" \
  --split valid --batch 2
expect 0 "token-frequency" "$amt" eval "$work/whole" "$work/dataset" --split valid --weights int8
expect 0 "1 of" "$amt" eval "$work/whole" "$work/dataset" --split valid --subsample 1000

echo "mistakes"
expect 2 "encoding interarrival" "$amt" eval "$work/whole" "$work/interarrival"
expect 2 "encoding interarrival" mpirun -n 2 "$amt" eval "$work/whole" "$work/interarrival"
[ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "the error was reported by both ranks"
expect 1 "nowhere" "$amt" eval "$work/nowhere" "$work/dataset"
expect 2 "--split: 'teest' ... train, valid or test" "$amt" eval "$work/whole" "$work/dataset" --split teest
train_options=(--config "$work/tiny.ini" --trainer.run_dir "$work/new")
expect 1 "$work/missing" "$amt" train "${train_options[@]}" --data.dataset "$work/missing"
expect 2 "--trainer.train_batch_size 4 ... 3 ranks ... 3 or 6" mpirun -n 3 "$amt" train "${train_options[@]}" \
  --data.dataset "$work/dataset" --trainer.train_batch_size 4
[ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "the error was reported by several ranks"
expect 2 "--trainer.per_device_parallelism 1, 2, 4" "$amt" train "${train_options[@]}" \
  --data.dataset "$work/dataset" --trainer.per_device_parallelism 3
expect 2 "--model.num_heads 3 " "$amt" train "${train_options[@]}" --data.dataset "$work/dataset" --model.num_heads 3
expect 2 "trainer.learning_rate ... 0.01, ... 0.02" "$amt" train "${train_options[@]}" \
  --data.dataset "$work/dataset" --trainer.run_dir "$work/whole" --trainer.learning_rate 0.02
expect 1 "per_device_parallelism" "$amt" train "${train_options[@]}" \
  --data.dataset "$work/dataset" --trainer.train_batch_size 100000000 \
  --trainer.per_device_parallelism 100000000
mkdir "$work/folder.ini"
truncate -s 1T "$work/huge.ini"
printf '[trainer]\nseed = 1\n\0\377\033[2J = \n' >"$work/binary.ini"
printf '[trainer]\nseed = 99999999999999999999999\n' >"$work/number.ini"
printf '[trainer\n' >"$work/cut.ini"
for file in folder huge binary number cut; do
  (ulimit -v 4000000; expect_line 2 "$work/$file.ini" "$amt" train --config "$work/$file.ini" \
    --data.dataset "$work/dataset" --trainer.run_dir "$work/new")
done
[ ! -e "$work/new" ] || fail "a refused run left a folder"
echo "all passed"
