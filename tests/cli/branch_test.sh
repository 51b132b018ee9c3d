#!/usr/bin/env bash
# Tests branches with a decaying learning rate from a stable run, and a run started by a version
# that did not reshuffle.
# Usage: branch_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"

# train RUN [OPTION...]: trains on two ranks; replaces the shell, so $! is mpirun's process.
train() {
  exec mpirun -n 2 "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/$1" "${@:2}"
}

# branch RUN STEP [OPTION...]: branches off on two ranks, with the run's own configuration.
branch() { mpirun -n 2 "$amt" train --config "$work/$1/config.ini" --branch "$2" "${@:3}"; }

# step_of RUN STEP: prints the step's loss, learning rate and gradient norm.
step_of() { grep -o "^{\"step\":$2,\"loss\":.*\"grad_norm\":[^,]*" "$work/$1/metrics.jsonl"; }

# same_model STEP RUN OTHER: checks that both runs have the same bytes after STEP.
same_model() {
  cmp "$work/$2/checkpoints/step-$1/model.safetensors" "$work/$3/checkpoints/step-$1/model.safetensors" ||
    fail "$2 and $3 differ after step $1"
}

# So few rows that there are several epochs.
tiny_configuration 16 4 16 "keep_every = 4" "[trainer]" "lr_schedule = wsd" "decay_ratio = 0.25" "warmup_ratio = 0.1"
mkdir "$work/tree"
cp -r "$golden"/tree/[0-4e] "$work/tree"
"$amt" prepare "$work/tree" "$work/dataset" >/dev/null 2>&1

echo "a branch continues like the stable run, and ends sooner"
(train stable --optimizer.name muon) 2>"$work/err" || fail "training failed"
expect 0 "step-000010" branch stable 8
[ "$(grep -c '"loss"' "$work/stable-from-8/metrics.jsonl")" -eq 2 ] ||
  fail "the branch does not have two steps"
[ "$(step_of stable 8)" = "$(step_of stable-from-8 8)" ] ||
  fail "the branch's first step differs from the parent's next"
same_model 000008 stable stable-from-8
[ "$(step_of stable 9)" != "$(step_of stable-from-8 9)" ] ||
  fail "the branch's learning rate does not decay"
grep -q '"step 8 of ' "$work/stable-from-8/run.json" ||
  fail "run.json does not name the branch's origin"
expect 0 "trained 10 steps" branch stable 8

echo "impossible branches are refused"
expect 2 "--branch ... 1 to 12 ... 13" branch stable 13
expect 2 "no checkpoint of step 7 ... 4" branch stable 7
expect 2 "trainer.seed" branch stable 8 --trainer.seed 9
expect 2 "optimizer.name = muon" branch stable 8 --optimizer.name adamw
expect 2 "cosine" branch stable 8 --trainer.lr_schedule cosine

echo "a run started by a version without these options resumes unchanged"
(train same --trainer.reshuffle false) 2>"$work/err" || fail "training failed"
(train old --trainer.reshuffle false) 2>"$work/err" || fail "training failed"
rm -r "$work"/old/checkpoints/step-0000{08,12,16}
sed -i '/^reshuffle\|^decay_ratio/d; /^\[optimizer\]/,/^$/d' "$work/old/config.ini"
sed -i 's/^lr_schedule = wsd/&\ndecay_ratio = 0.25/' "$work/old/config.ini"
(train old) 2>"$work/err" || fail "resuming an old run failed"
same_model 000016 same old
grep -q "the same in each epoch" "$work/old/run.json" ||
  fail "run.json does not state the order of epochs"
echo "all passed"
