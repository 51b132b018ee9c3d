#!/usr/bin/env bash
# For the first minutes on a machine with a GPU: checks in three stages whether results are correct,
# whether training is fast, and whether a complete run works.
# Usage: tests/bench/gpu/first.sh correct|fast|whole FOLDER
# FOLDER must be new and receives all output: a log per step; summary.md, which lists the steps that
# were right or wrong; page.md for docs/benchmarks/ with a verdict based on a model of the card; and
# raw.txt with everything that was printed. For one page about all stages, run
#   tests/bench/gpu/first_page.py FOLDER1 FOLDER2 FOLDER3
# Each stage takes at most 9 minutes; each step has a time limit. Programs are taken from $AMT_BUILD
# (default: build/release), and libraries from $AMT_KIT, the folder made by pack.sh, if it is set.
# AMT_FIRST_REHEARSAL=1 runs the steps on the CPU with a small part of the work.
# Exit status: 0 if all steps are right, 1 if not, 2 for wrong arguments.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
. "$top/jobs/help.sh"
if wants_help "$@"; then print_help "$0"; exit 0; fi
[[ $# = 2 && $1 =~ ^(correct|fast|whole)$ ]] || { print_help "$0" >&2; exit 2; }
stage=$1 out=$2
[ ! -e "$out" ] || { echo "first.sh: $out exists; choose a new folder" >&2; exit 2; }
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$top"
build=$(cd "${AMT_BUILD:-build/release}" && pwd)
run=(${AMT_KIT:+"$(cd "$AMT_KIT" && pwd)/run"})
export AMT_GOLDEN_MODEL_DIR=$top/tests/data/golden/model
summary=$out/summary.md
device=cuda steps=100 less=() small=(--trainer.num_train_steps 200 --trainer.train_batch_size 64 --trainer.per_device_parallelism 32)
if [ "${AMT_FIRST_REHEARSAL:-0}" = 1 ]; then
  device=cpu steps=8 less=(--device cpu --layers 1 --rows 1 --micro-batch 1 --steps 1)
  small=(--trainer.num_train_steps 2 --trainer.train_batch_size 1 --trainer.per_device_parallelism 1 --model.num_layers 1)
  export AMT_GPU_TEST_STANDIN=cpu-bf16
fi
wrong=0

say() { echo "$*" | tee -a "$summary"; }

# step NAME SECONDS COMMAND...: runs a command that should exit with $expected; writes its output to
# NAME.log and a line to the summary.
expected=0
step() {
  local name=$1 limit=$2 begin=$EPOCHREALTIME code=0
  shift 2
  timeout -k 5 "$limit" "$@" >"$out/$name.log" 2>&1 || code=$?
  local seconds
  seconds=$(awk "BEGIN {printf \"%.1f\", $EPOCHREALTIME - $begin}")
  if [ $code = "$expected" ]; then
    say "- $name: right, $seconds s"
  else
    say "- $name: WRONG, exit code $code after $seconds s, see $name.log"
    wrong=1
    return 1
  fi
}

# gpu_tests NAME FILTER: runs tests of gpu_test; a failed test is repeated with the libraries' own
# logs.
gpu_tests() {
  if step "$1" 120 "${run[@]}" "$build/tests/gpu_test" --gtest_filter="$2"; then
    if grep -q "^\[  SKIPPED" "$out/$1.log"; then say "  (something was skipped)"; fi
    return 0
  fi
  sed -n '/Failure/,+6p' "$out/$1.log" | head -n 40 >>"$summary"
  CUBLASLT_LOG_LEVEL=5 CUBLASLT_LOG_FILE=$out/$1.cublaslt CUDNN_LOGLEVEL_DBG=2 CUDNN_LOGDEST_DBG=$out/$1.cudnn \
    timeout -k 5 60 "${run[@]}" "$build/tests/gpu_test" --gtest_filter="$2" >"$out/$1-again.log" 2>&1 || true
}

correct() {
  for test in CopiesRoundTrip ATimer FlatBuffers Embedding LayerNorm Linear LmHead PlainAttention \
    CudnnAttention AttentionFor AttentionOf; do
    gpu_tests "$test" "GpuOps.$test*"
  done
  if [ $device = cuda ]; then step cudnn-card 30 "${run[@]}" "$build/bench/cudnn_card" || true; fi
  gpu_tests model 'GpuModel.*'
  gpu_tests one-rank '*GpuRanks*'
  step two-ranks-mpi 100 "${run[@]}" mpirun -n 2 "$here/../../cuda/gpu_ranks.sh" "$build/tests/gpu_test" \
    --gtest_filter='*GpuRanks*mpi' || true
  step two-ranks-nccl 100 "${run[@]}" mpirun -n 2 "$here/../../cuda/gpu_ranks.sh" "$build/tests/gpu_test" \
    --gtest_filter='*GpuRanks*nccl' || true
}

# bench NAME OPTIONS...: runs gpu_bench and adds its figures to the summary.
bench() {
  local name=$1
  shift
  step "$name" 100 "${run[@]}" "$build/bench/gpu_bench" "$@" "${less[@]}" || return 0
  sed -n 's/^\(.*rows: best.*\)/  \1/p; s/.*\(MFU .*\)/  \1/p' "$out/$name.log" | tee -a "$summary"
}
peer() {
  local name=$1
  shift
  step "$name" 150 python3 "$top/tests/bench/pytorch_step.py" --device cuda --precision bf16 --compile --update \
    --passes 20 "$@" || return 0
  sed -n 's/^\(PyTorch.*\)/  \1/p' "$out/$name.log" | tee -a "$summary"
}

fast() {
  bench small-32 --size small --rows 32 --operations --bandwidth "$(cat "$out/bandwidth")"
  bench small-8 --size small --rows 8
  bench small-32-timed --size small --rows 32 --timed-algorithms
  bench small-32-not-deterministic --size small --rows 32 --not-deterministic
  if [ $device = cuda ]; then fast_on_a_card; fi
}
# Benchmarks that a rehearsal leaves out: other sizes, comparisons with PyTorch, and cuBLASLt alone.
fast_on_a_card() {
  for rows in 16 64; do bench "small-$rows" --size small --rows $rows; done
  bench small-512 --size small --rows 512 --micro-batch 32 --steps 5
  bench medium-16 --size medium --rows 16 --steps 5
  bench large-8 --size large --rows 8 --steps 5
  peer pytorch-32 --size small --rows 32
  peer pytorch-32-padded --size small --rows 32 --vocab 55040
  step products-32 60 "${run[@]}" "$build/bench/product_bench" --rows 32 || true
  if command -v ncu >/dev/null; then
    step kernels 120 "${run[@]}" ncu --clock-control none --metrics gpu__time_duration.sum,dram__bytes.sum --csv \
      --launch-skip 1300 --launch-count 450 "$build/bench/gpu_bench" --size small --rows 32 --steps 1 || true
  fi
}

amt() { "${run[@]}" "$build/bin/amt" "$@"; }

# train NAME OPTIONS...: trains the laptop-sized model.
train() {
  local name=$1
  shift
  step "train-$name" 150 "${run[@]}" "$build/bin/amt" train --config "$top/configs/nano.ini" \
    --data.dataset "$out/work/dataset" --trainer.run_dir "$out/work/$name" --trainer.num_train_steps $steps "$@"
}
losses() { sed -n 's/.*"step":\([0-9]*\),"loss":\([0-9.]*\).*/\1 \2/p' "$out/work/$1/metrics.jsonl"; }

# Stops a run with the signal that a scheduler sends, and restarts it.
interrupted() {
  local folder=$out/work/interrupted
  expected=75 train interrupted "$@" &
  local job=$!
  for _ in {1..600}; do
    if [ "$(cat "$folder/metrics.jsonl" 2>/dev/null | wc -l)" -gt $((steps * 4 / 10)) ]; then break; fi
    sleep 0.1
  done
  kill -USR1 "$(sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$folder/in-use")"
  wait $job || wrong=1
  mv "$out/train-interrupted.log" "$out/train-stopped.log"
  train interrupted "$@"
}

whole() {
  local last
  last=$(printf 'step-%06d' $steps)
  mkdir "$out/work"
  step corpus 60 "$build/bench/make_corpus" "$out/work/corpus" --files 300
  step prepare 60 "${run[@]}" "$build/bin/amt" prepare "$out/work/corpus" "$out/work/dataset"
  train gpu --device $device || true
  train again --device $device || true
  step same-bits 10 cmp "$out/work/gpu/checkpoints/"{$last,../../again/checkpoints/$last}/model.safetensors || true
  train timed --device $device --trainer.deterministic false || true
  train cpu --device cpu --trainer.mp f32 || true
  paste <(losses gpu) <(losses cpu) >"$out/losses.txt"
  tail -n 1 "$out/losses.txt" | tee -a "$summary"
  interrupted --device $device || true
  step resumed-bits 10 cmp "$out/work/gpu/checkpoints/"{$last,../../interrupted/checkpoints/$last}/model.safetensors || true
  for on in $device cpu; do
    step "eval-$on" 60 "${run[@]}" "$build/bin/amt" eval "$out/work/gpu" "$out/work/dataset" --device $on --csv \
      --split valid --subsample 20 || true
    tail -n 1 "$out/eval-$on.log" | tee -a "$summary"
  done
  if step transformers 100 python3 "$here/transformers_loss.py" "$out/work/gpu/checkpoints/$last" \
    "$out/work/dataset" "${run[@]}" "$build/bin/amt"; then
    tail -n 1 "$out/transformers.log" | tee -a "$summary"
  fi
  music
}

# Trains a model of realistic size and generates music with it.
music() {
  local pieces
  step train-small 120 "${run[@]}" "$build/bin/amt" train --config "$top/configs/lakh-small.ini" --device $device \
    --data.dataset "$out/work/dataset" --trainer.run_dir "$out/work/small" --trainer.max_eval_batches 2 \
    "${small[@]}" || return 0
  tail -n 2 "$out/work/small/metrics.jsonl" | tee -a "$summary"
  for pieces in 1 16 64; do
    step "generate-$pieces" 60 "${run[@]}" "$build/bin/amt" generate "$out/work/small" "$out/work/$pieces.mid" \
      --device $device --seconds 20 --count $pieces --batch $pieces || true
    tail -n 1 "$out/generate-$pieces.log" | tee -a "$summary"
  done
}

{
  nvidia-smi
  nvidia-smi -q -d CLOCK,MEMORY
} >"$out/machine.log" 2>&1 || true
say "# First contact: $stage"
if [ "${AMT_FIRST_REHEARSAL:-0}" = 1 ]; then say "A rehearsal on a CPU: its figures say nothing about a GPU."; fi
say "card: $(nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm,clocks.max.sm --format=csv,noheader 2>/dev/null ||
  echo 'no nvidia-smi')"
card=$(sed -n 's/^card: \([^,]*\).*/\1/p' "$summary")
bandwidth=${AMT_GPU_BANDWIDTH:-$(python3 "$here/first_page.py" --bandwidth "$card")}
echo "${bandwidth:-0}" >"$out/bandwidth"
amt --version >"$out/version.log" 2>&1 || true
say "$(tail -n 3 "$out/version.log")"
if [ "$device" = cuda ] && grep -q 'attention plain only' "$out/version.log"; then
  say "The plug-in was built without cudnn-frontend: steps would take 25 times as long. See 'Build' in docs/gpus.md."
  exit 1
fi
"$stage"
python3 "$here/first_page.py" "$out" || wrong=1
sed -n '/^## Verdict/,/^## Right/p' "$out/page.md" | sed '$d' | tee -a "$summary"
exit $wrong
