#!/usr/bin/env bash
# Tests when amt train verifies the checksums of its dataset: before rows are used, or all at the start.
# Usage: verify_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"

tiny_configuration 4 2 2
"$amt" prepare "$golden/tree" "$work/dataset" --interarrival >/dev/null 2>&1
train() {
  "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" --trainer.run_dir "$work/$1" "${@:2}"
}
# damage SPLIT: flips the lowest bit of a token, which remains a valid token.
damage() {
  local shard size byte
  shard=$(compgen -G "$work/dataset/$1-0*.h5" | head -n 1)
  size=$(stat -c %s "$shard")
  byte=$(od -An -tu1 -j$((size / 4 * 2)) -N1 "$shard")
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$shard" bs=1 seek=$((size / 4 * 2)) conv=notrunc status=none
}

echo "an intact dataset"
expect 0 "the first step was done after " train intact
expect 0 "trained 4 steps" train first --data.verify_first true

echo "validation rows are damaged"
damage valid
expect 1 "valid-0 ... .h5: ... checksum" train valid
[ -s "$work/valid/metrics.jsonl" ] || fail "the run ended before it used the rows"
expect 1 "valid-0 ... .h5: " train valid-first --data.verify_first true
[ ! -e "$work/valid-first" ] || fail "the run began before all rows were verified"

echo "training rows are damaged"
damage train
expect 1 "train-0 ... .h5: ... checksum" train train
[ ! -s "$work/train/metrics.jsonl" ] || fail "a step was done with damaged rows"
expect 1 "train-0 ... .h5: " train train-first --data.verify_first true
expect 0 "trained 4 steps" train unverified --data.verify false
echo "all passed"
