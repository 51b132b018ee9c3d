#!/usr/bin/env bash
# Tests amt train --trainer.shard_optimizer: the same model on two ranks, the same bytes after a
# kill on three, switching the option within a run, and the reported memory.
# Usage: shard_optimizer_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"

# train RUN RANKS SHARDED [OPTION...]: trains; replaces the shell, so $! is mpirun's process.
train() {
  exec mpirun -n "$2" "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/$1" --trainer.shard_optimizer "$3" "${@:4}"
}

# same_end RUN OTHER: checks that both runs ended with the same bytes.
same_end() {
  for file in model.safetensors optimizer.h5 config.json; do
    cmp "$work/$1/checkpoints/step-000012/$file" "$work/$2/checkpoints/step-000012/$file" ||
      fail "$1 and $2 ended with different $file"
  done
}

tiny_configuration 12 6 6 "keep_every = 4"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1

echo "on two ranks: the same bytes with and without sharding"
(train whole2 2 false) 2>"$work/err" || fail "training failed"
(train sharded2 2 true) 2>"$work/err" || fail "training with a sharded optimizer failed"
same_end whole2 sharded2
grep -q "shard_optimizer = true" "$work/sharded2/config.ini" || fail "config.ini"
grep -q "optimiser" "$work/err" || fail "sharding is not reported"

echo "on three ranks: the same bytes after a kill"
(train whole3 3 true) 2>"$work/err" || fail "training on three ranks failed"
(train killed3 3 true) 2>"$work/err" &
pid=$!
wait_for_lines 6 "$work/killed3/metrics.jsonl"
kill -9 $(pgrep -P $pid)
wait $pid && fail "a killed run succeeded"
(train killed3 3 true) 2>"$work/err" || fail "resuming after a kill failed"
resumed_from "$work/killed3/checkpoints/step-" "$work/err" || fail "did not resume from a checkpoint"
same_end whole3 killed3

# back_to STEP: removes later checkpoints, as if the run had been killed soon after STEP.
back_to() {
  for step in 8 12; do
    [ $step -le "$1" ] || rm -r "$work/mixed/checkpoints/step-0000$(printf %02d $step)"
  done
}

echo "sharding and the number of ranks can change within a run"
(train mixed 2 true) 2>"$work/err" || fail "training failed"
for change in "4 2 false" "8 2 true" "8 3 true" "8 1 true"; do
  read -r from ranks sharded <<<"$change"
  back_to "$from"
  (train mixed "$ranks" "$sharded") 2>"$work/err" ||
    fail "resuming with shard_optimizer $sharded failed"
  resumed_from "$work/mixed/checkpoints/step-00000$from" "$work/err" ||
    fail "did not resume from step $from"
  [ "$ranks" -ne 2 ] || same_end whole2 mixed
done

echo "help and memory estimates"
expect 0 "ZeRO stage 1" "$amt" train --help
expect 0 "# memory: ... optimiser's" "$amt" train --config "$work/tiny.ini" \
  --data.dataset "$work/dataset" --trainer.run_dir "$work/dry" --trainer.shard_optimizer true --dry-run
[ ! -e "$work/dry" ] || fail "--dry-run created the run folder"
echo "all passed"
