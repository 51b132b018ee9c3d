#!/usr/bin/env bash
# Tests amt prepare when a rank hangs, freezes, exits or is slow. No process may hang, one line must
# name the rank, and the next run must write the bytes of an undisturbed one.
# Usage: prepare_hangs_test.sh AMT GOLDEN_FOLDER FAULTS_LIBRARY
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
faults=$(realpath "$3")
. "$(dirname "$0")/../cli/support.sh"
. "$(dirname "$0")/support.sh"
prepare=("$amt" prepare "$golden/tree" "$work/dataset" --augment 10)

mpirun -n 3 "$amt" prepare "$golden/tree" "$work/whole" --augment 10 >"$work/out" 2>"$work/err" ||
  fail "the undisturbed run failed"

# next_is_whole: checks that nothing is left that a reader would accept, and that the next run
# writes the same bytes.
next_is_whole() {
  [ ! -e "$work/dataset" ] || fail "a dataset was left behind"
  mpirun -n 3 "${prepare[@]}" >"$work/out" 2>"$work/err" || fail "the next run failed"
  diff -r "$work/whole" "$work/dataset" || fail "the bytes differ from those of an undisturbed run"
  rm -r "$work/dataset"
}

echo "a disk that hangs on one rank"
ended 76 "1 of 3" 1:open:5:loop 3 "${prepare[@]}"
busy
next_is_whole

echo "a rank that freezes in the exchange of rows"
ended 76 "[12] of 3" 0:MPI_Alltoall:1:stop 3 "${prepare[@]}"
waited
next_is_whole

echo "a rank that exits without a message"
! hurt 2:MPI_Alltoall:1:exit 3 "${prepare[@]}" || fail "the job continued without a rank"
next_is_whole

echo "a slow disk on one rank"
hurt 1:open:1:slow 3 "${prepare[@]}" || fail "a slow disk ended the job"
diff -r "$work/whole" "$work/dataset" || fail "the bytes differ from those of an undisturbed run"
echo "all passed"
