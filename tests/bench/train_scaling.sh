#!/usr/bin/env bash
# Trains lakh-small alternately on one and two ranks with one thread each, and prints tokens per
# second of complete steps (forward, backward, reduction, update).
#
# Usage: tests/bench/train_scaling.sh [BATCH [MICRO_BATCH [f32|bf16]]]      (default 8 4 f32)
# Ignores the first step, which touches memory for the first time. Needs 8 GB of memory and, for the
# checkpoint, 2 GB of disk. NOTES.md records notable figures.
set -euo pipefail
cd "$(dirname "$0")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/bench/train_scaling.sh; exit 0; fi
. jobs/environment.sh
batch=${1:-8} micro=${2:-4} precision=${3:-f32}
cmake --preset bench -G Ninja > /dev/null
cmake --build --preset bench --target amt make_corpus > /dev/null
amt=$PWD/build/bench/bin/amt
work=$(mktemp -d "${AMT_BENCH_DIR:-/tmp}/amt-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
build/bench/bench/make_corpus "$work/corpus" --files 200 --seed 0 > /dev/null
"$amt" prepare "$work/corpus" "$work/dataset" --augment 1 > /dev/null 2>&1

# measure RANKS: prints tokens per second of the fastest step except the first.
measure() {
  rm -rf "$work/run"
  mpirun -n "$1" "$amt" train --config configs/lakh-small.ini --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/run" --trainer.train_batch_size "$batch" --trainer.threads 1 \
    --trainer.per_device_parallelism "$micro" --trainer.num_train_steps 3 --trainer.mp "$precision" \
    --trainer.max_eval_batches 1 --trainer.steps_per_eval 1000 > /dev/null 2>&1
  python3 - "$work/run/metrics.jsonl" "$1" <<'END'
import json, sys
steps = [json.loads(line) for line in open(sys.argv[1])]
rates = [s["tokens_per_second"] for s in steps if "loss" in s][1:]
print(f"{sys.argv[2]} ranks: {max(rates):8.1f} tokens/s  (steps: {', '.join(f'{r:.1f}' for r in rates)})")
END
}

echo "batch $batch, micro-batch $micro, $precision"
for round in 1 2; do
  measure 1
  measure 2
done
