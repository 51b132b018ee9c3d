#!/usr/bin/env bash
# Tests amt train --init: fine-tuning a model, resuming without that model, refusals.
# Usage: initialise_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"

"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1
"$amt" prepare "$golden/tree" "$work/interarrival" --interarrival >/dev/null 2>&1
tuning=(--data.dataset "$work/dataset" --trainer.train_batch_size 2 --trainer.max_eval_batches 1
  --trainer.per_device_parallelism 1 --trainer.lr_schedule constant --trainer.warmup_ratio 0)
"$amt" train "${tuning[@]}" --trainer.run_dir "$work/first" --trainer.num_train_steps 2 \
  --model.hidden_dim 16 --model.num_heads 2 --model.num_layers 1 --model.embed_pdrop 0 \
  --model.resid_pdrop 0 --trainer.learning_rate 1e-2 2>"$work/err" || fail "the first run failed"
mkdir "$work/model"
cp "$work/first/checkpoints/step-000002/"{config.json,model.safetensors} "$work/model"

# tune RUN [OPTION...]: trains the model for two steps, on two ranks.
tune() {
  local run=$1
  shift
  mpirun -n 2 "$amt" train "${tuning[@]}" --trainer.run_dir "$work/$run" --trainer.num_train_steps 2 \
    --trainer.learning_rate 1e-12 "$@"
}

echo "a fine-tuned model keeps its shape, and its steps count from 0"
(tune run --init "$work/model") 2>"$work/err" || fail "tuning"
grep -q "hidden_dim = 16" "$work/run/config.ini" || fail "config.ini does not have the model's shape"
grep -q "embed_pdrop = 0$" "$work/run/config.ini" || fail "config.ini does not have the dropout rate"
grep -q "initialize_from = $work/model" "$work/run/config.ini" || fail "config.ini does not name the original model"
[ "$(cat "$work/run/checkpoints/latest")" = step-000002 ] ||
  fail "the run does not end after 2 steps"
"$amt" eval "$work/model" "$work/dataset" --csv 2>/dev/null | cut -d, -f 3- >"$work/before"
"$amt" eval "$work/run" "$work/dataset" --csv 2>/dev/null | cut -d, -f 3- >"$work/after"
cmp "$work/before" "$work/after" || fail "tuning with a learning rate of 0 changed the model"

echo "checkpoints and runs are accepted as well"
for from in first first/checkpoints/step-000002; do
  (tune "from-${from//\//-}" --trainer.initialize_from "$work/$from") 2>"$work/err" || fail "from $from"
  cmp "$work/run/checkpoints/step-000002/model.safetensors" \
    "$work/from-${from//\//-}/checkpoints/step-000002/model.safetensors" || fail "from $from"
done

echo "a resumed run needs neither the original model nor --init"
mv "$work/model" "$work/moved"
(tune run --init "$work/model" --trainer.num_train_steps 4) 2>"$work/err" || fail "resuming without the folder failed"
grep -q "$work/model" "$work/err" || fail "the missing folder is not mentioned"
[ "$(cat "$work/run/checkpoints/latest")" = step-000004 ] || fail "resuming did not reach step 4"
(tune run --model.hidden_dim 16 --model.num_heads 2 --model.num_layers 1 --model.embed_pdrop 0 \
  --model.resid_pdrop 0 --trainer.num_train_steps 4) 2>"$work/err" || fail "resuming without the option failed"
expect 2 "model.hidden_dim ... 16, ... 32" tune run --init "$work/model" --model.hidden_dim 32
mv "$work/moved" "$work/model"

echo "mistakes are refused in one line, before anything is written"
refused() {
  expect_line "$1" "$2" "$amt" train "${tuning[@]}" --trainer.run_dir "$work/refused" "${@:3}"
  [ ! -e "$work/refused" ] || fail "a refused run left a folder: $*"
}
refused 2 "--model.num_layers 12, ... $work/model ... 1;" --init "$work/model" \
  --model.num_layers 12
refused 2 "55028 ... encoding arrival ... 34025" --init "$work/model" \
  --data.dataset "$work/interarrival"
refused 1 "$work/nowhere ... config.json" --init "$work/nowhere"
damaged() {
  rm -rf "$work/damaged"
  cp -r "$work/model" "$work/damaged"
}
damaged
truncate -s 100000 "$work/damaged/model.safetensors"
refused 1 "$work/damaged/model.safetensors" --init "$work/damaged"
damaged
sed -i 's/"n_positions": 1024/"n_positions": 2048/' "$work/damaged/config.json"
refused 1 "$work/damaged/model.safetensors ... shape ... config.json" --init "$work/damaged"
damaged
head -c 400 "$work/model/config.json" >"$work/damaged/config.json"
refused 1 "$work/damaged/config.json" --init "$work/damaged"
rm "$work/damaged/config.json"
refused 1 'weights, ... config.json ... {"model_type"' \
  --init "$work/damaged"
refused 1 "$work/damaged/model.safetensors ... a file;" --init "$work/damaged/model.safetensors"
cp -r "$work/first/checkpoints/step-000002" "$work/checkpoint"
printf x | dd of="$work/checkpoint/model.safetensors" bs=1 seek=90000 conv=notrunc 2>/dev/null
refused 1 "$work/checkpoint ... damaged" --init "$work/checkpoint"
expect 2 "--model.num_layers 12, " tune refused --init "$work/model" --model.num_layers 12
[ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "the error was reported by both ranks"
expect 0 "hidden_dim = 16" "$amt" train "${tuning[@]}" --trainer.run_dir "$work/refused" \
  --init "$work/model" --dry-run
[ ! -e "$work/refused" ] || fail "a dry run left a folder"

echo "another dataset is refused before the run's configuration is touched"
cp "$work/run/config.ini" "$work/config.ini"
expect_line 2 "$work/run ... encoding arrival, ... interarrival" "$amt" train \
  "${tuning[@]}" --trainer.run_dir "$work/run" --data.dataset "$work/interarrival"
cmp "$work/config.ini" "$work/run/config.ini" || fail "a refused start changed config.ini"

echo "early refusals suggest a working alternative"
tiny=(--model.hidden_dim 16 --model.num_heads 2 --model.num_layers 1)
refused 2 "--model.num_heads 3 ... 1, 2, 4 heads" --model.hidden_dim 16 --model.num_heads 3
refused 2 "512 tokens, ... 1024 ... model.seq_len" "${tiny[@]}" --model.seq_len 512
refused 1 "--trainer.per_device_parallelism" "${tiny[@]}" --trainer.train_batch_size 1000000000 \
  --trainer.per_device_parallelism 1000000000
expect 0 "# memory: " "$amt" train "${tuning[@]}" "${tiny[@]}" --trainer.run_dir "$work/refused" --dry-run
expect 1 "--trainer.per_device_parallelism" "$amt" train "${tuning[@]}" "${tiny[@]}" \
  --trainer.run_dir "$work/refused" --dry-run --trainer.train_batch_size 1000000000 \
  --trainer.per_device_parallelism 1000000000
echo "all passed"
