#!/usr/bin/env bash
# Tests that only one job at a time trains in a run folder: what happens to a second job, a killed
# job and a job on another host, with and without file locks. Also tests unusable checkpoints, and
# that each start reports what it starts from.
# Usage: run_folder_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
unset SLURM_JOB_ID SLURM_RESTART_COUNT
tiny_configuration 6 2 3 "keep_every = 2" "[data]" "verify = false"
"$amt" prepare "$golden/tree" "$work/dataset" --interarrival >/dev/null 2>&1

# train RUN [OPTION...]: trains; replaces the shell, so $! is amt's process.
train() {
  local run=$1
  shift
  exec "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" --trainer.run_dir "$work/$run" "$@"
}
train_here() { (train "$@"); }

# begin RUN [OPTION...]: starts a run of 100,000 steps in the background; sets $pid.
begin() {
  rm -f "$work/$1/metrics.jsonl"
  (train "$1" --trainer.num_train_steps 100000 --checkpointer.keep_every 100000 "${@:2}") 2>"$work/log" &
  pid=$!
  wait_for_lines 1 "$work/$1/metrics.jsonl"
}
end() {
  local code=0
  kill -"$1" $pid
  wait $pid || code=$?
  [ $code -eq "$2" ] || fail "exit code $code instead of $2 after SIG$1"
}

echo "a second job is refused in one line, and changes nothing"
begin busy
expect_line 1 "$work/busy ... host $(hostname), pid $pid, since" train_here busy
expect_line 1 "$work/busy ... pid $pid, " train_here busy --trainer.take_over true
end USR1 75
grep -q "again" "$work/log" || fail "the log does not explain how to resume"
[ ! -e "$work/busy/in-use" ] || fail "the lock is left behind"

echo "a killed job is replaced, with a message"
begin killed
end KILL 137
[ -e "$work/killed/in-use" ] || fail "the killed job left no lock"
killed=$pid
begin killed
grep -q "$work/killed .*host $(hostname), pid $killed, " "$work/log" || fail "the killed job is not mentioned"
end USR1 75

echo "a job on another host needs the user's confirmation, unless Slurm has restarted the same job"
left() {
  rm -rf "${work:?}/$1" && mkdir "$work/$1"
  cat >"$work/$1/in-use" <<EOF
{"format": "amt-run-in-use", "version": 1, "host": "node17", "pid": 4711, "since": "2026-01-02 03:04:05 UTC",
 "boot": "another", "pid_namespace": "", "process_start": 1, "job": "/1234", "job_start": 0, "locked": true}
EOF
}
left elsewhere
expect_line 1 "--trainer.take_over true" train_here elsewhere
grep -q "host node17, pid 4711, since 2026-01-02 03:04:05 UTC" "$work/err" || fail "the other job is not identified"
expect 0 "$work/elsewhere ... host node17, pid 4711, " train_here elsewhere --trainer.take_over true
left requeued
SLURM_JOB_ID=1234 expect 1 "--trainer.take_over true" train_here requeued
SLURM_JOB_ID=1234 SLURM_RESTART_COUNT=1 expect 0 "$work/requeued ... host node17" train_here requeued

if ${CC:-cc} -shared -fPIC -o "$work/nolock.so" "$(dirname "$0")/no_locks.c" 2>/dev/null; then
  for NOLOCK_ERRNO in 37 38 95 524; do  # ENOLCK, ENOSYS, EOPNOTSUPP, ENOTSUPP
    echo "a file system without locks, errno $NOLOCK_ERRNO"
    # Tests only the run folder; tests/hdf5 covers HDF5 without locks.
    export NOLOCK_ERRNO LD_PRELOAD=$work/nolock.so HDF5_USE_FILE_LOCKING=FALSE
    begin free-$NOLOCK_ERRNO
    mentions "$work/free-$NOLOCK_ERRNO ... locks" "$work/log" || fail "missing locks are not reported"
    expect_line 1 "host $(hostname), pid $pid, since" train_here free-$NOLOCK_ERRNO
    end KILL 137
    expect 0 "$work/free-$NOLOCK_ERRNO ... pid $pid, " train_here free-$NOLOCK_ERRNO --trainer.num_train_steps 1
    unset LD_PRELOAD HDF5_USE_FILE_LOCKING
  done
else
  echo "skipped: a file system without locks (needs a C compiler)"
fi

echo "a run is refused in a folder with other contents, and a run is not a dataset"
mkdir "$work/corpus" && cp "$golden"/tree/*/*.mid "$work/corpus/"
find "$work/dataset" "$work/corpus" -type f -exec sha1sum {} + >"$work/sums"
for folder in dataset dataset/run corpus; do
  expect_line 2 "$work/$folder" train_here $folder
  expect_line 2 "$work/$folder" train_here $folder --dry-run
done
expect_line 2 "$work/." train_here .
sha1sum -c --quiet "$work/sums" || fail "files were changed"
[ ! -e "$work/corpus/checkpoints" ] && [ ! -e "$work/dataset/run" ] || fail "files were left behind"
expect 0 "" train_here whole
expect 2 "$work/whole" "$amt" prepare "$golden/tree" "$work/whole"
expect 2 "$work/whole" "$amt" prepare "$golden/tree" "$work/whole" --overwrite

echo "unusable checkpoints do not cause a fresh start"
grep -q '"started from"' "$work/whole/run.json" ||
  fail "run.json does not state what the run started from"
# unusable TEXT: checks that the start fails with TEXT, names each checkpoint and changes nothing.
unusable() {
  local before
  before=$(cd "$work/damaged" && find checkpoints -type f -exec sha1sum {} + 2>/dev/null | sort | sha1sum)
  expect 1 "$1" train_here damaged
  for step in 2 4 6; do grep -q "step-00000$step" "$work/err" || fail "step $step is not named"; done
  [ "$(cd "$work/damaged" && find checkpoints -type f -exec sha1sum {} + 2>/dev/null | sort | sha1sum)" = "$before" ] ||
    fail "checkpoints were changed"
  expect 1 "step-000006" "$amt" eval "$work/damaged" "$work/dataset" --split train
}
damaged() { rm -rf "$work/damaged" && cp -r "$work/whole" "$work/damaged"; }
damaged
sed -i 's/"version": 1/"version": 9/' "$work"/damaged/checkpoints/step-*/checkpoint.json
unusable "version 9,"
damaged
for file in "$work"/damaged/checkpoints/step-*/model.safetensors; do printf x | dd of="$file" bs=1 seek=9999 conv=notrunc status=none; done
unusable "model.safetensors ... hash"
damaged
for file in "$work"/damaged/checkpoints/step-*/optimizer.h5; do rm "$file" && ln -s optimizer.h5 "$file"; done
unusable "optimizer.h5: "
! sed "s|$work/damaged||g" "$work/err" | grep "damaged" || fail "an unreadable checkpoint is reported as damaged"
damaged
rm "$work/damaged/config.ini"
expect 2 "$work/damaged ... step 6 ... no config.ini" train_here damaged

echo "errors from the standard library are explained"
train_here looped >"$work/out" 2>"$work/err" || fail "a run"
rm "$work/looped/metrics.jsonl"
ln -s metrics.jsonl "$work/looped/metrics.jsonl"
expect 1 "$work/looped/metrics.jsonl" train_here looped

echo "batches, epochs and disk space are checked before training"
expect 0 "epochs ... more than 10" train_here short --trainer.num_train_steps 100000 --checkpointer.keep_every 100000 --dry-run
large=(large --trainer.num_train_steps 1000000000 --checkpointer.keep_every 1)
expect 1 "disk of $work ... --checkpointer.keep_every" train_here "${large[@]}" --dry-run
[ ! -e "$work/large" ] || fail "a dry run created the run folder"
expect 1 "disk of $work ... --checkpointer.keep_every" train_here "${large[@]}"
[ ! -e "$work/large/in-use" ] || fail "the lock is left behind after an error"

echo "a loss that is not finite is a failure"
expect 1 "finite ... --trainer.learning_rate" train_here nan --trainer.learning_rate 1e38
echo "all passed"
