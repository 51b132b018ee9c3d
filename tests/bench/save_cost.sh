#!/usr/bin/env bash
# Measures what saving checkpoints costs. Compares training on 2 ranks that saves every EVERY steps,
# in the background or waiting for each save, with training that saves only at the end, in
# interleaved rounds. Also prints the CPU seconds of each save beyond the last one, which are
# meaningful on a busy machine too.
# Usage: save_cost.sh AMT DATASET [CONFIG] [STEPS] [EVERY] [ROUNDS] [BATCH]
#   Defaults: configs/lakh-small.ini 40 10 3 2. Needs disk space for STEPS / EVERY + 1 checkpoints.
set -euo pipefail
amt=$(realpath "$1") dataset=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
. "$here/../../jobs/environment.sh"
config=$(realpath "${3:-$here/../../configs/lakh-small.ini}")
steps=${4:-40} every=${5:-10} rounds=${6:-3} batch=${7:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT="%U %S"

# run NAME OPTION...: trains and prints the seconds between the ends of the first and the last step,
# from the time stamps in the event file. A save delays the start of the next step and is not part
# of any step's own time. Then prints the run's CPU seconds.
run() {
  local name=$1
  shift
  rm -rf "$work/run"
  { time mpirun -n 2 --bind-to none "$amt" train --config "$config" --data.dataset "$dataset" --trainer.run_dir "$work/run" \
    --trainer.num_train_steps "$steps" --trainer.train_batch_size "$batch" --trainer.steps_per_eval 1000000 --trainer.max_eval_batches 1 \
    --checkpointer.save_interval 100h "$@" >"$work/log" 2>&1; } 2>"$work/time" || { cat "$work/log"; exit 1; }
  echo "$name $(python3 "$here/steps_span.py" "$work/run") $(tail -n 1 "$work/time")"
}

uptime
for round in $(seq "$rounds"); do
  run none --checkpointer.keep_every 1000000
  run background --checkpointer.keep_every "$every"
  run waiting --checkpointer.keep_every "$every" --checkpointer.background false
done | tee "$work/all"
python3 - "$work/all" $(((steps - 1) / every)) <<'END'
import statistics, sys
times, cpu, saves = {}, {}, int(sys.argv[2])
for line in open(sys.argv[1]):
    name, seconds, user, system = line.split()
    times.setdefault(name, []).append(float(seconds))
    cpu.setdefault(name, []).append(float(user) + float(system))
base = statistics.median(times["none"])
for name, seconds in times.items():
    print(f"{name}: median {statistics.median(seconds):.2f} s, {100 * (statistics.median(seconds) / base - 1):+.1f} %, "
          f"of {min(seconds):.2f} to {max(seconds):.2f} s; "
          f"{(statistics.median(cpu[name]) - statistics.median(cpu['none'])) / saves:+.2f} CPU seconds a save")
END
uptime
