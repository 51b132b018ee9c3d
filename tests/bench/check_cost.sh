#!/usr/bin/env bash
# Measures the cost of the checks for wrong numbers: CPU seconds of training without checks, with a comparison of replicas
# in each step, and with a gradient check in each step, in interleaved rounds on 2 ranks. Computes the share of the time
# that both checks take at the default intervals.
# Usage: check_cost.sh AMT DATASET [CONFIG] [STEPS] [ROUNDS] [BATCH]
#   defaults: configs/nano.ini 20 3, the configuration's batch
set -euo pipefail
amt=$(realpath "$1") dataset=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
. "$here/../../jobs/environment.sh"
config=$(realpath "${3:-$here/../../configs/nano.ini}")
steps=${4:-20} rounds=${5:-3} batch=${6:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT="%U %S"

# run NAME REPLICAS GRADIENTS STEPS: prints the name and the CPU seconds of both ranks.
run() {
  rm -rf "$work/run"
  { time mpirun -n 2 --bind-to none "$amt" train --config "$config" --data.dataset "$dataset" --trainer.run_dir "$work/run" \
    --trainer.steps_per_replica_check "$2" --trainer.steps_per_gradient_check "$3" --trainer.num_train_steps "$4" \
    --trainer.steps_per_eval 1000000 --trainer.max_eval_batches 1 ${batch:+--trainer.train_batch_size "$batch"} \
    >"$work/log" 2>&1; } 2>"$work/time" || { cat "$work/log"; exit 1; }
  echo "$1 $(tail -n 1 "$work/time")"
}

uptime
for _ in $(seq "$rounds"); do
  run start 0 0 1
  run none 0 0 "$steps"
  run replicas 1 0 "$steps"
  run gradients 0 1 "$steps"
done | tee "$work/all"
python3 - "$work/all" "$steps" <<'END'
import statistics, sys
seconds = {}
for line in open(sys.argv[1]):
    name, *parts = line.split()
    seconds.setdefault(name, []).append(sum(map(float, parts)))
steps = int(sys.argv[2])
median = {name: statistics.median(values) for name, values in seconds.items()}
step = (median["none"] - median["start"]) / (steps - 1)
share = 0
for name, interval in (("replicas", 100), ("gradients", 200)):
    each = (median[name] - median["none"]) / steps
    share += each / interval / step
    print(f"{name}: {each:.4f} CPU seconds each, {100 * each / step:.1f} % of a step of {step:.4f}")
print(f"every 100 and every 200 steps: {100 * share:.2f} % of the time")
END
uptime
