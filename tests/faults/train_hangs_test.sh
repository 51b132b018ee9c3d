#!/usr/bin/env bash
# Tests amt train when a rank hangs, freezes, exits or is slow, and when the clock jumps. No process
# may hang, one line must name the rank, and the restarted run must end with the bytes of an
# undisturbed one.
# Usage: train_hangs_test.sh AMT GOLDEN_FOLDER FAULTS_LIBRARY
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
faults=$(realpath "$3")
. "$(dirname "$0")/../cli/support.sh"
. "$(dirname "$0")/support.sh"

tiny_configuration 40 3 20 "save_interval = 0.01s" "keep_every = 40" "[trainer]" "steps_per_straggler_check = 10"
"$amt" prepare "$golden/tree" "$work/dataset" --interarrival >/dev/null 2>&1

# Always trains in f32, whatever the CPU supports, because the faults are injected into f32
# products.
command_of() {
  train=("$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" --data.verify false --trainer.mp f32
    --trainer.run_dir "$work/$1")
}

same_as_whole() {
  local file
  for file in model.safetensors optimizer.h5; do
    cmp "$work/$1/checkpoints/step-000040/$file" "$work/whole/checkpoints/step-000040/$file" ||
      fail "$1 ended with different $file"
  done
}

# goes_on RUN: checks that the run stopped part-way, and that it ends like an undisturbed one after
# a restart.
goes_on() {
  [ -e "$work/$1/checkpoints/latest" ] || fail "$1 has no checkpoint to resume from"
  [ ! -e "$work/$1/checkpoints/step-000040" ] || fail "$1 was not stopped part-way"
  command_of "$1"
  mpirun -n 3 "${train[@]}" 2>"$work/err" || fail "resuming with $1 failed"
  grep -q "$work/$1/checkpoints/step-0000" "$work/err" || fail "the restarted run does not name its checkpoint"
  same_as_whole "$1"
}

command_of whole
mpirun -n 3 "${train[@]}" 2>"$work/err" || fail "the undisturbed run failed"

echo "a rank that hangs in its own work is named"
command_of looping
ended 76 "1 of 3" 1:product:1000:loop 3 "${train[@]}"
busy
goes_on looping

echo "a frozen rank is reported by a rank that waits for it"
command_of frozen
ended 76 "[01] of 3" 2:MPI_Allreduce:60:stop 3 "${train[@]}"
goes_on frozen

echo "rank 0, which writes the files, freezes"
command_of leader
ended 76 "[12] of 3" 0:MPI_Allreduce:60:stop 3 "${train[@]}"
goes_on leader

echo "a rank that exits without a message"
command_of leaving
! hurt 1:MPI_Allreduce:60:exit 3 "${train[@]}" || fail "the job continued without a rank"
goes_on leaving

echo "a rank that freezes in an evaluation"
ended 76 "0 of 2" 1:product:5:stop 2 "$amt" eval "$work/whole" "$work/dataset" --split valid --mp f32

allowed=200  # these train to the end, which takes as long as a loaded machine needs
echo "a slow rank is reported and has no other effect"
command_of slow
hurt 1:product:1:slow 3 "${train[@]}" || fail "a slow rank ended the job"
grep -q 'amt: warning: \[rank 1 of 3 on ' "$work/err" || fail "the slow rank is not named"
! grep 'amt: warning: \[rank' "$work/err" | grep -v 'rank 1 of 3' || fail "another rank is reported"
same_as_whole slow

echo "the wall clock jumps by days"
for rank in 0 1; do
  command_of jumping-$rank
  hurt $rank:product:1:clock 3 "${train[@]}" || fail "the clock of rank $rank ended the job"
  same_as_whole jumping-$rank
done
echo "all passed"
