#!/usr/bin/env bash
# From MIDI files to a trained and evaluated small model, on this machine.
#
# Usage: jobs/quickstart.sh [CORPUS]
# CORPUS: a folder of MIDI files, e.g. the unpacked lmd_full of the Lakh MIDI dataset; without it, the
# real multi-instrument music of two Debian packages. Everything lies in runs/quickstart (or in
# $AMT_QUICKSTART_DIR) and can be removed. Runs again without harm.
set -euo pipefail
corpus=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."

run_dir=${AMT_QUICKSTART_DIR:-runs/quickstart}
ranks=2
started=$SECONDS
step() { printf '\n== %s (%d s)\n' "$1" $((SECONDS - started)); }

step "Installing what is missing"
if [ -n "$corpus" ]; then jobs/install-deps.sh build; else jobs/install-deps.sh build corpus; fi
. jobs/environment.sh

step "Building"
cmake --preset release -G Ninja -DAMT_BUILD_TESTS=OFF > "${TMPDIR:-/tmp}/amt-configure.log" ||
  { cat "${TMPDIR:-/tmp}/amt-configure.log"; exit 1; }
cmake --build --preset release --target amt
amt=build/release/bin/amt

mkdir -p "$run_dir"
if [ -z "$corpus" ]; then
  corpus=$run_dir/corpus
  mkdir -p "$corpus"
  for folder in /usr/share/games/openttd/baseset/openmsx /usr/share/planetblupi/music; do
    ln -sfn "$folder" "$corpus/$(basename "$folder")"
  done
fi

step "amt prepare: $corpus"
mpirun -n $ranks $amt prepare "$corpus" "$run_dir/dataset" --augment 10 --overwrite |
  tee "$run_dir/prepare.txt"

step "amt train"
rm -rf "$run_dir/model"  # another corpus would not fit the old run
mpirun -n $ranks $amt train --config configs/nano.ini \
  --data.dataset "$run_dir/dataset" --trainer.run_dir "$run_dir/model"

step "amt eval"
mpirun -n $ranks $amt eval "$run_dir/model" "$run_dir/dataset" --split test | tee "$run_dir/eval.txt"
mpirun -n $ranks $amt eval "$run_dir/model" "$run_dir/dataset" --split valid > "$run_dir/eval-valid.txt"

# The value of a key in the first or last line of metrics.jsonl that has it.
metric() {
  grep "\"$1\"" "$run_dir/model/metrics.jsonl" | "$2" -n 1 | sed "s/.*\"$1\":\([^,}]*\).*/\1/"
}
count() { sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" "$run_dir/dataset/manifest.json" | head -n 1; }
rows() { sed -n "s/^$1: \([0-9]*\) rows.*/\1/p" "$run_dir/prepare.txt"; }
evaluated() { sed -n "s/^$1 *\([0-9.]*\).*/\1/p" "$run_dir/eval-valid.txt"; }

step "Done"
cat << END
files read           $(count files)
files refused        $(count refused)
rows                 train $(rows train), valid $(rows valid), test $(rows test)
training loss        first step $(metric loss head), last step $(metric loss tail)
validation loss      $(evaluated "loss, nats per token")  (token frequencies alone: $(evaluated "loss of token frequencies alone"))
tokens/s             $(metric tokens_per_second tail)
dataset              $run_dir/dataset  (refused files: rejected.tsv)
model                $run_dir/model/checkpoints  (curves: $run_dir/model/report.html)
END
