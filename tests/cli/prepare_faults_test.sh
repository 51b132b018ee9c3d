#!/usr/bin/env bash
# Tests amt prepare with killed ranks and full disks. It must leave nothing that a reader accepts,
# and the next run must write the same bytes.
# Usage: prepare_faults_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"

# 513 files: nine copies of the golden tree with different MD5s.
for copy in 1 2 3 4 5 6 7 8 9; do
  for file in "$golden"/tree/*/*.mid; do
    name=$(echo "$copy$(basename "$file")" | md5sum | cut -c 1-32)
    mkdir -p "$work/corpus/${name:0:1}"
    cp "$file" "$work/corpus/${name:0:1}/$name.mid"
  done
done

# prepare DATASET [OPTION...]: prepares on two ranks, with a memory limit that makes them spill;
# replaces the shell.
prepare() {
  local dataset=$1
  shift
  exec mpirun -n 2 "$amt" prepare "$work/corpus" "$dataset" --augment 60 --memory 4MB \
    --rows-per-shard 5000 "$@"
}

(prepare "$work/whole") >"$work/out" 2>"$work/err" || fail "the undisturbed run failed"

# reached PHASE PARTIAL: returns whether the run that writes PARTIAL is in that phase.
reached() {
  case $1 in
    listing) [ -n "$(pgrep -P "$pid" amt)" ] ;;
    tokenising) [ -e "$2/amt-prepare-in-use" ] ;;
    exchange) [ -n "$(compgen -G "$2/spill/rank-*/slot-*")" ] ;;
    writing) [ -n "$(compgen -G "$2/train-*.h5")" ] ;;
  esac
}

# kill_in PHASE RANK: starts a run and kills the rank in PHASE; returns whether that happened in
# time and the run failed.
kill_in() {
  (prepare "$work/killed" --overwrite) >"$work/out" 2>"$work/err" &
  pid=$!
  until reached "$1" "$work/killed.partial"; do
    kill -0 $pid 2>/dev/null || break
  done
  kill -9 "$(pgrep -P $pid amt | sed -n "$2p")" 2>/dev/null || true
  ! ended_well $pid
}

for phase in listing tokenising exchange writing; do
  for rank in 1 2; do
    echo "kill -9 of rank $((rank - 1)), phase: $phase"
    attempt=1
    until kill_in $phase $rank; do  # the run may finish first
      [ $((attempt++)) -lt 20 ] || fail "no run could be killed in the phase $phase"
      rm -r "$work/killed"
    done
    [ ! -e "$work/killed" ] || fail "a killed run left a dataset"
    "$amt" eval "$work/nothing" "$work/killed.partial" >/dev/null 2>&1 && fail "a reader accepted the leftovers"
    (prepare "$work/killed") >"$work/out" 2>"$work/err" || fail "the run after a kill failed"
    diff -r "$work/whole" "$work/killed" || fail "the bytes differ after a kill while $phase"
    [ ! -e "$work/killed.partial" ] || fail "files are left behind"
    rm -r "$work/killed"
  done
done

echo "shards that cannot be written completely"
limited() {  # runs in a subshell, because a limit cannot be raised again
  ulimit -f 9000
  export OMPI_MCA_btl=self  # Open MPI 5 warns that its shared memory for other ranks is above this limit
  exec "$amt" prepare "$work/corpus" "$work/limited" --augment 60
}
expect_line 1 "$work/limited.partial/train-00000" bash -c "$(declare -f limited); amt=$amt work=$work; limited"

if ! mkdir "$work/small" || ! mount -t tmpfs -o size=8m tmpfs "$work/small" 2>/dev/null; then
  echo "skipped: a full disk (mounting a small one needs root)"
  exit 0
fi
trap 'umount "$work/small"; clean_up' EXIT
full() {
  expect 1 "$1" mpirun -n 2 "$amt" prepare "$work/corpus" "$work/small/d" --augment 60 "${@:2}"
  grep -q "$work/small/d.partial" "$work/err" || fail "the path is not named"
  [ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "the error was reported by both ranks"
  [ -z "$(ls -A "$work/small")" ] || fail "files are left behind on the full disk"
}
echo "a disk too full for the dataset"
full " free, "
echo "a disk too full for the spill files"
full "/spill/" --memory 2MB
echo "all passed"
