#!/usr/bin/env bash
# Tests fine-tuning as in docs/how-to/fine-tune.md, on 60 files. A small model is trained on one
# part of the files and tuned on the other. Its best checkpoint must predict the second part better
# than the original model, and better than a model trained from scratch for as many steps.
# Usage: finetune_test.sh AMT MAKE_CORPUS
set -euo pipefail
amt=$(realpath "$1") make_corpus=$(realpath "$2")
. "$(dirname "$0")/support.sh"
configuration=$(dirname "$0")/../../configs/finetune.ini
shape=(--model.hidden_dim 32 --model.num_heads 2 --model.num_layers 2)

# train RUN DATASET [OPTION...]: trains a small model with small batches on two ranks.
train() {
  mpirun -n 2 "$amt" train --config "$configuration" --data.dataset "$work/$2" --trainer.run_dir "$work/$1" \
    --trainer.train_batch_size 4 "${@:3}" 2>"$work/err" || fail "training $1 failed"
}

# loss MODEL: prints the model's loss on the validation split of the second part.
loss() {
  "$amt" eval "$work/$1" "$work/own" --split valid --csv 2>"$work/err" | tail -n 1 | cut -d , -f 5 | grep . ||
    fail "evaluating $1"
}

# below A B WHAT: fails unless A < B.
below() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 < b + 0) }' || fail "$3: $1 is not below $2"; }

# generate_three MODEL: checks that the model generates three MIDI files.
generate_three() {
  "$amt" generate "$1" "$work/new.mid" --count 3 --seconds 5 >/dev/null 2>&1 || fail "generating failed"
  [ "$(head -qc 4 "$work"/new-{1,2,3}.mid)" = MThdMThdMThd ] || fail "the output is not MIDI"
}

echo "60 files, split by fractions"
"$make_corpus" "$work/others" --files 40 --bytes 5000 --seed 1 --damaged 0 >/dev/null
"$make_corpus" "$work/folder" --files 20 --bytes 5000 --seed 2 --damaged 0 >/dev/null
"$amt" prepare "$work/others" "$work/first" --valid-fraction 0.1 >/dev/null 2>&1
"$amt" prepare "$work/folder" "$work/own" --valid-fraction 0.15 --test-fraction 0.1 >/dev/null 2>&1

echo "the original model, trained from scratch"
train model first "${shape[@]}" --trainer.num_train_steps 40
rows=$(sed -n 's/^ *"rows": \([0-9]*\),*$/\1/p' "$work/own/manifest.json" | sed -n 2p)

echo "a dry run chooses the steps and the learning rate"
steps=$((10 * rows / 4))  # so few rows are read ten times
expect 0 "num_train_steps = $steps" "$amt" train --config "$configuration" --dry-run --ranks 2 \
  --init "$work/model/checkpoints/best" --data.dataset "$work/own" --trainer.run_dir "$work/tuned" \
  --trainer.train_batch_size 4
! mentions "more than 10" "$work/err" || fail "the chosen steps are reported as too many"
grep -q "^learning_rate = 3e-04$" "$work/out" || fail "wrong learning rate"
[ ! -e "$work/tuned" ] || fail "a dry run left a folder"

echo "fine-tuning, and training from scratch with the same steps"
train tuned own --init "$work/model/checkpoints/best"
train nothing own "${shape[@]}" --trainer.num_train_steps "$steps"
best=$(cat "$work/tuned/checkpoints/best")
[ -e "$work/tuned/checkpoints/$best/model.safetensors" ] ||
  fail "there is no checkpoint $best, which best names"
tuned=$(loss tuned/checkpoints/best) start=$(loss model/checkpoints/best) nothing=$(loss nothing/checkpoints/best)
below "$tuned" "$start" "fine-tuned loss compared to the original"
below "$tuned" "$nothing" "fine-tuned loss compared to training from scratch"
lowest=$(losses tuned | sed -n 's/.*"valid_loss"://p' | sort -g | head -n 1)
awk -v a="$tuned" -v b="$lowest" 'BEGIN { exit (a - b) ^ 2 > 1e-6 }' || fail "the best checkpoint has $tuned, not $lowest"

echo "with patience, the run ends early, and starting it again changes nothing"
impatient=(--init "$work/model/checkpoints/best" --trainer.num_train_steps 1000 --trainer.steps_per_eval 1
  --trainer.patience 1 --trainer.learning_rate 0.3 --trainer.warmup_ratio 0 --trainer.max_eval_batches 1)
train impatient own "${impatient[@]}"
cp -r "$work/impatient/checkpoints" "$work/before"
cp "$work/impatient/metrics.jsonl" "$work/metrics"
train impatient own "${impatient[@]}"
mentions "ended early ... --trainer.patience" "$work/err" || fail "the early end is not reported"
diff -r "$work/before" "$work/impatient/checkpoints" || fail "the checkpoints changed"
cmp "$work/metrics" "$work/impatient/metrics.jsonl" || fail "metrics.jsonl changed"
"$amt" report "$work/impatient" >/dev/null 2>&1
grep -q "ended early" "$work/impatient/report.html" || fail "the report does not mention the early end"

generate_three "$work/tuned/checkpoints/best"
echo "losses: original $start, tuned $tuned ($best), from scratch $nothing"
echo "all passed"
