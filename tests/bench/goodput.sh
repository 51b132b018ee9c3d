#!/usr/bin/env bash
# Measures the cost of crashes: trains on 2 ranks, repeatedly kills one of them (kill -9) and restarts the run with the
# same command, and compares it with an undisturbed run. Prints the speed relative to that run; fails unless both runs
# end with the same bits and losses.
# Usage: goodput.sh AMT DATASET [STEPS] [FROM] [TO] [SEED] [SAVE_INTERVAL] [CONFIG] [BATCH]
#   STEPS of training, with a kill after every FROM to TO steps (drawn with SEED)
#   the figure  goodput.sh AMT DATASET                    3000 333 556 1 5s configs/nano.ini
#   quick       goodput.sh AMT DATASET 60 12 20 1 1s      3 or 4 kills
#   2,000 kills goodput.sh AMT DATASET 100000 40 60 1 5s  a night
set -euo pipefail
amt=$(realpath "$1") dataset=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
. "$here/../../jobs/environment.sh"
steps=${3:-3000} from=${4:-333} to=${5:-556} RANDOM=${6:-1} interval=${7:-5s}
config=$(realpath "${8:-$here/../../configs/nano.ini}") batch=${9:-}
work=$(mktemp -d)
launcher=""
trap 'if [ -n "$launcher" ]; then kill "$launcher" 2>/dev/null || true; fi; rm -rf "$work"' EXIT

# start RUN: sets $launcher to mpirun's id.
start() {
  mpirun -n 2 --bind-to none "$amt" train --config "$config" --data.dataset "$dataset" --trainer.run_dir "$work/$1" \
    --trainer.num_train_steps "$steps" --checkpointer.save_interval "$interval" --checkpointer.keep_every 1000000 \
    --trainer.steps_per_eval 1000000 --trainer.max_eval_batches 1 ${batch:+--trainer.train_batch_size "$batch"} \
    >>"$work/$1.log" 2>&1 &
  launcher=$!
}
# Waits for the end of mpirun; returns its exit code.
ended() {
  local code=0
  wait "$launcher" || code=$?
  launcher=""
  return $code
}
give_up() { tail -n 20 "$work"/*.log >&2; echo "$*" >&2; exit 1; }
# steps_of RUN: prints the number of the last recorded step.
steps_of() { { tail -n 1 "$work/$1/metrics.jsonl" 2>/dev/null || true; } | sed -n 's/^{"step":\([0-9]*\),.*}$/\1/p'; }
seconds() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(seconds)" 'BEGIN { printf "%.1f", to - from }'; }

uptime
began=$(seconds)
start undisturbed
ended || give_up "the undisturbed run failed"
undisturbed=$(since "$began")

began=$(seconds) kills=0 next=0
next_kill() { next=$((next + from + RANDOM % (to - from + 1))); }
next_kill
while start killed; do
  while [ "$next" -lt "$steps" ] && kill -0 "$launcher" 2>/dev/null && [ "$(steps_of killed || true)0" -lt "${next}0" ]; do sleep 0.2; done
  if [ "$next" -lt "$steps" ]; then
    mapfile -t ranks < <(pgrep -P "$launcher")
    kill -9 "${ranks[RANDOM % ${#ranks[@]}]}"
    ! ended || give_up "the run ended before it was killed"
    kills=$((kills + 1))
    next_kill
  else
    ended || give_up "a restarted run failed"
    break
  fi
done
killed=$(since "$began")

last=checkpoints/$(cat "$work/undisturbed/checkpoints/latest")
for file in model.safetensors optimizer.h5 state.json; do
  cmp "$work/undisturbed/$last/$file" "$work/killed/$last/$file" || give_up "different $file"
done
losses() { sed 's/"tokens_per_second".*//' "$work/$1/metrics.jsonl"; }
[ "$(losses undisturbed)" = "$(losses killed)" ] || give_up "different losses"
echo "$kills kills in $steps steps: $killed s instead of $undisturbed s undisturbed," \
  "$(awk "BEGIN { printf \"%.1f\", 100 * $undisturbed / $killed }") % of the speed; bitwise-identical results"
grep -E '"(starts|lost_steps|lost_seconds|starting_seconds|goodput)"' "$work/killed/run.json"
uptime
