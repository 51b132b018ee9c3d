#!/usr/bin/env bash
# Measures the input of the scaling model and prints it as CSV: prepare and training on one and two
# ranks of this machine, and on two hosts (tests/hosts/hosts.sh) with links of several speeds. Needs
# root.
#
# Usage: tests/bench/scaling.sh [FILES [STEPS]] > points.csv        (default 10000 10)
#        tests/bench/scaling_model.py --measured points.csv
#
# Columns:
#   job              tokenise (including the exchange), write or train
#   link_mbit        bandwidth per host in each direction; 0: unlimited
#   rows             in the training split, or in one rank's part of a batch
#   seconds          duration of that phase, or of the fastest step except the first
#   bytes            of the rows that change ranks, or of a rank's contribution to a step's sum
#   embedding_bytes  part of that contribution that is final only at the backward pass's end
#   link_bytes       sent by the second host during the whole job
# Run it on an otherwise idle machine; absolute times on a shared one are noise.
set -euo pipefail
cd "$(dirname "$0")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/bench/scaling.sh; exit 0; fi
files=${1:-10000} steps=${2:-10} rows_per_rank=2
cmake --preset bench -G Ninja >/dev/null
cmake --build --preset bench --target amt make_corpus >/dev/null
amt=$PWD/build/bench/bin/amt
. tests/hosts/hosts.sh
make_hosts 2
build/bench/bench/make_corpus "$work/corpus" --files "$files" --seed 0 >/dev/null
find "$work/corpus" -type f -exec cat {} + >/dev/null  # brings the files into the page cache
"$amt" prepare "$work/corpus" "$work/dataset" --augment 1 >/dev/null 2>&1

# launch RANKS HOSTS COMMAND...: runs a command on these ranks and hosts.
launch() {
  local ranks=$1 hosts=$2
  shift 2
  if [ "$hosts" -eq 1 ]; then mpirun -n "$ranks" "$@"; else (on_hosts "$hosts" "$ranks" "$@"); fi
}

# seconds_of PHASE: prints a phase's seconds from the summary of amt prepare, which has a resolution
# of 0.1 s ("writing 1 min 02 s" or "writing 3.1 s").
seconds_of() {
  grep -oE "$1 ([0-9]+ min )?[0-9.]+ s" "$work/out" | awk '{ print (NF > 3 ? $2 * 60 + $4 : $2) }'
}

# measure_prepare RANKS HOSTS LINK_MBIT: prints the lines of amt prepare.
measure_prepare() {
  local rows before bytes sent
  before=$(link_bytes 2)
  launch "$1" "$2" "$amt" prepare "$work/corpus" "$work/set" --augment 10 --rows-per-shard 5000 \
    --overwrite >"$work/out" 2>"$work/err" || fail "prepare failed on $1 ranks and $2 hosts"
  sent=$(($(link_bytes 2) - before))
  rows=$(sed -n 's/^  "rows": \([0-9]*\),*$/\1/p' "$work/set/manifest.json" | head -n 1)
  bytes=$((rows * ($1 - 1) / $1 * 2064))
  echo "tokenise,$1,$2,$3,$rows,$(seconds_of tokenising),$bytes,0,$sent"
  echo "write,$1,$2,$3,$rows,$(seconds_of writing),0,0,$sent"
}

# measure_training RANKS HOSTS LINK_MBIT: prints the line of amt train with configs/nano.ini, in
# which most of the gradient belongs to the embedding.
measure_training() {
  local before sent seconds bytes
  rm -rf "$work/run"
  before=$(link_bytes 2)
  launch "$1" "$2" "$amt" train --config configs/nano.ini --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/run" --trainer.train_batch_size $(($1 * rows_per_rank)) --trainer.threads 1 \
    --trainer.num_train_steps "$steps" --trainer.max_eval_batches 1 --trainer.steps_per_eval 1000 \
    >"$work/out" 2>"$work/err" || fail "training failed on $1 ranks and $2 hosts"
  sent=$(($(link_bytes 2) - before))
  seconds=$(grep -o '"step_time_s":[0-9.e-]*' "$work/run/metrics.jsonl" | cut -d : -f 2 | tail -n +2 |
    sort -g | head -n 1)
  bytes=$(stat -L -c %s "$work/run/checkpoints/$(cat "$work/run/checkpoints/latest")/model.safetensors")
  echo "train,$1,$2,$3,$rows_per_rank,$seconds,$bytes,$((55040 * 128 * 4)),$sent"
}

echo "job,ranks,hosts,link_mbit,rows,seconds,bytes,embedding_bytes,link_bytes"
for job in measure_prepare measure_training; do
  unshape_links
  for ranks in 1 2; do $job $ranks 1 0; done
  for link in 0 1000 100; do
    [ "$link" -eq 0 ] || shape_links "${link}mbit" 2
    $job 2 2 "$link"
  done
done
