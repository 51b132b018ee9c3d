#!/usr/bin/env bash
# Tests amt train when it is killed at any moment, when its disk is full and when its folder
# disappears. The restarted run must end with the bytes of an undisturbed one.
# Usage: train_faults_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
steps=12

tiny_configuration $steps 2 6 "save_interval = 0.01s" "keep_every = 6" "keep_best = true"
"$amt" prepare "$golden/tree" "$work/dataset" --interarrival >/dev/null 2>&1

# train RANKS RUN [OPTION...]: trains; replaces the shell, so $! is the process of mpirun, or of amt
# on one rank.
train() {
  local ranks=$1 launcher=() run=$2
  shift 2
  [ "$ranks" -eq 1 ] || launcher=(mpirun -n "$ranks")
  exec "${launcher[@]}" "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/$run" --data.verify false "$@"
}

train_in_a_shell() { (train "$@"); }

# steps_done RUN: prints the step of the last complete line in metrics.jsonl, or -1.
steps_done() {
  local step
  step=$(grep -s '}$' "$work/$1/metrics.jsonl" | tail -n 1 | grep -o '^{"step":[0-9]*') || true
  echo "${step#*:}" | grep . || echo -1
}

# wait_for CONDITION...: waits until the condition is true; fails if job $pid ends first.
wait_for() {
  until "$@"; do
    kill -0 "$pid" 2>/dev/null || return 1
  done
}
has_done() { sleep 0.02 && [ "$(steps_done "$1")" -ge "$2" ]; }
is_saving() { compgen -G "$work/$1/checkpoints/step-*.partial/$2" >/dev/null; }

all_started() {
  [ "$1" -eq 1 ] && ranks_of_job=("$pid") && return
  mapfile -t ranks_of_job < <(pgrep -P "$pid" amt)
  [ ${#ranks_of_job[@]} -eq "$1" ]
}

# kill_ranks VICTIM: kills the "first" or "last" rank of the job, or "all".
kill_ranks() {
  case $1 in
    first) kill -9 "${ranks_of_job[0]}" ;;
    last) kill -9 "${ranks_of_job[-1]}" ;;
    all) kill -9 "${ranks_of_job[@]}" ;;
  esac 2>/dev/null
}

# same_checkpoint RUN OTHER: checks that the last checkpoints of both runs have the same bytes, and
# that both have the same best checkpoint.
same_checkpoint() {
  cmp "$work/$1/checkpoints/best" "$work/$2/checkpoints/best" || fail "$1 has another best checkpoint"
  local last=checkpoints/step-0000$steps file
  for file in model.safetensors optimizer.h5; do
    cmp "$work/$1/$last/$file" "$work/$2/$last/$file" || fail "$1 ended with different $file"
  done
}

# one_of WORD...: sets $chosen to one of the words, selected by $RANDOM.
one_of() {
  shift $((RANDOM % $#))
  chosen=$1
}

# soak RANKS KILLS SEED: kills a run KILLS times at moments determined by the seed, every other time
# while a checkpoint file is being written.
soak() {
  local ranks=$1 kills=$2 run=killed-$1 saving=0 attempts=0 last caught victim
  RANDOM=$3
  (train "$ranks" "whole-$ranks") 2>"$work/err" || fail "the undisturbed run failed"
  while [ "$kills" -gt 0 ]; do
    [ $((attempts++)) -lt 60 ] || fail "$kills kills are still missing after 60 attempts"
    last=$(steps_done "$run")
    if [ "$last" -ge $((steps - 4)) ]; then  # too late for another kill
      rm -r "${work:?}/$run"
      last=-1
    fi
    (train "$ranks" "$run") 2>"$work/err" &
    pid=$!
    caught=0
    wait_for all_started "$ranks" || fail "the run ended too early"
    if [ $((kills % 2)) -eq 0 ]; then
      one_of first last all
      victim=$chosen
      wait_for has_done "$run" $((last + 1 + RANDOM % 4)) || caught=1
    else
      one_of first all  # rank 0 writes the checkpoints
      victim=$chosen
      one_of "*" "model*" "optimizer.h5"
      wait_for is_saving "$run" "$chosen" || caught=1
    fi
    [ $caught -ne 0 ] || kill_ranks "$victim" || caught=1
    if ended_well $pid; then
      rm -r "${work:?}/$run"  # the run ended before it could be killed
      continue
    fi
    [ $caught -eq 0 ] || fail "the run failed without a kill"
    ! is_saving "$run" "*" || saving=$((saving + 1))
    kills=$((kills - 1))
  done
  [ $saving -gt 0 ] || fail "no kill happened while a checkpoint was being written"
  (train "$ranks" "$run") 2>"$work/err" || fail "resuming after the kills failed"
  same_checkpoint "$run" "whole-$ranks"
  diff <(losses "$run") <(losses "whole-$ranks") || fail "different losses after the kills"
  [ "$(losses "$run" | wc -l)" -eq $((steps + 2)) ] || fail "a step is missing or duplicated"
}

echo "kill -9 at any moment, one rank"
soak 1 4 11
echo "kill -9 at any moment, two ranks"
soak 2 6 12

# stop SIGNAL STEP RUN RANKS [OPTION...]: sends the signal after STEP; the run must save and exit
# with 75, the code that requests a restart.
stop() {
  local code=0 saved
  (train "$4" "$3" "${@:5}") 2>"$work/err" &
  pid=$!
  wait_for has_done "$3" "$2" || fail "the run ended too early"
  kill -"$1" $pid
  wait $pid || code=$?
  [ $code -eq 75 ] || fail "exit code $code instead of 75 after SIG$1"
  saved=$(cat "$work/$3/checkpoints/latest")
  [ "$saved" = "$(printf step-%06d $(($(steps_done "$3") + 1)))" ] || fail "$saved is not the checkpoint of the last step"
}

echo "stopped on two ranks, resumed on another number of ranks"
wide=(--trainer.train_batch_size 6 --trainer.num_train_steps 5)
(train 2 wide "${wide[@]}") 2>"$work/err" || fail "the undisturbed run failed"
for ranks in 1 3; do
  stop USR1 1 moved-$ranks 2 "${wide[@]}"
  (train $ranks moved-$ranks "${wide[@]}") 2>"$work/err" || fail "resuming with $ranks ranks failed"
  paste -d : <(losses moved-$ranks) <(losses wide) | awk -F : -v lines=6 '
    $2 != $5 || ($3 - $6) ^ 2 > 1e-8 { print; bad = 1 }
    END { exit bad || NR != lines }' || fail "different losses with $ranks ranks"
done

echo "SIGTERM and SIGINT to one process"
stop TERM 2 stopped 1
stop INT 8 stopped 1
(train 1 stopped) 2>"$work/err" || fail "resuming after signals failed"
same_checkpoint stopped whole-1

echo "the run's folder disappears: it is created again, or the job reports it"
(train 1 gone) 2>"$work/err" &
pid=$!
wait_for has_done gone 4 || fail "the run ended too early"
mv "$work/gone" "$work/taken"
if ! wait $pid; then  # the folder disappeared while a checkpoint was being written
  [ "$(grep -c 'amt: error: .*/gone[:/].*start again' "$work/err")" -eq 1 ] ||
    fail "not exactly one error that names the folder and the remedy"
  (train 1 gone) 2>"$work/err" || fail "starting again after the folder disappeared failed"
fi
same_checkpoint gone whole-1

stop USR1 2 base 2

# broken TEXT RUN: checks that the job fails with one line that contains TEXT and names the last
# good checkpoint.
broken() {
  local good code=0
  (train 2 "$2") >"$work/out" 2>"$work/err" || code=$?
  [ $code -eq 1 ] || fail "exit code $code instead of 1"
  [ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "not exactly one error line"
  grep 'amt: error' "$work/err" >"$work/line"
  mentions "$1" "$work/line" || fail "did not print '$1'"
  good=$(grep -o "$work/$2/checkpoints/step-[0-9]*" "$work/line" | tail -n 1) || fail "no checkpoint is named"
  [ -e "$good/checkpoint.json" ] || fail "$good does not exist"
  [ -z "$(compgen -G "$work/$2/checkpoints/*.partial")" ] || fail "files are left behind"
}

echo "a file in place of the checkpoint folder"
cp -r "$work/base" "$work/blocked"
rm "$work/blocked/checkpoints/latest"
mkdir "$work/blocked/checkpoints/latest"
broken "$work/blocked/checkpoints/latest: ... folder" blocked
rmdir "$work/blocked/checkpoints/latest"
(train 2 blocked) 2>"$work/err" ||
  fail "resuming after a checkpoint that could not be written failed"
same_checkpoint blocked whole-2

if ! mkdir "$work/small" || ! mount -t tmpfs -o size=64m tmpfs "$work/small" 2>/dev/null; then
  echo "skipped: a full disk and a locked folder (mounting them needs root)"
  exit 0
fi
trap 'umount "$work"/{small,view,locked/checkpoints} 2>/dev/null || true; clean_up' EXIT
cp -r "$work/base" "$work/small/run"
echo "a disk that is too small from the start"
free=$(df --output=avail -B 1024 "$work/small" | tail -n 1)
head -c $(((free - 5000) * 1024)) /dev/zero >"$work/small/filler"
expect 1 "$work/small/run ... 4 checkpoints" train_in_a_shell 2 small/run
[ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "not exactly one error line"
rm "$work/small/filler"

echo "a disk that fills up during the run"
(train 2 small/run) 2>"$work/err" &
pid=$!
wait_for has_done small/run 4 || fail "the run ended too early"
head -c 64M /dev/zero >"$work/small/filler" 2>/dev/null || true
! wait $pid || fail "the run continued although it could not save"
[ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "not exactly one error line"
grep 'amt: error' "$work/err" | grep -q 'disk is full.*checkpoint.*/step-0000' ||
  fail "the reason or the last checkpoint is not reported"
rm "$work/small/filler"
(train 2 small/run) 2>"$work/err" || fail "resuming after a full disk failed"
same_checkpoint small/run whole-2

echo "a folder that becomes read-only during the run"
mkdir -p "$work/locked/checkpoints" "$work/view"
mount --bind "$work/locked/checkpoints" "$work/view"
mount -o remount,bind,ro "$work/view"
(train 2 locked) 2>"$work/err" &
pid=$!
wait_for has_done locked 3 || fail "the run ended too early"
mount --bind "$work/view" "$work/locked/checkpoints"  # makes it read-only at once
! wait $pid || fail "the run continued although it could not save"
grep 'amt: error' "$work/err" | grep -q 'read-only.*checkpoint.*/step-0000' ||
  fail "the reason or the last checkpoint is not reported"
umount "$work/locked/checkpoints"
(train 2 locked) 2>"$work/err" || fail "resuming after a locked folder failed"
same_checkpoint locked whole-2
echo "all passed"
