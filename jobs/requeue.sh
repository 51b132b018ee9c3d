# Sourced by train.sbatch: whether a run that has stopped goes to the queue again.
# shellcheck shell=bash

newest_checkpoint() { cat "$1/checkpoints/latest" 2> /dev/null || echo none; }

# worth_another_start CODE: not if amt is done, has failed for a reason that it has named, or cannot be
# started at all. Left are 75 (stopped on a signal), 76 (the watchdog) and what a dead rank leaves: 137,
# 143, 205 ...
worth_another_start() {
  case $1 in
    0 | 1 | 2 | 3 | 126 | 127) return 1 ;;
  esac
}

# RUN/requeues: the newest checkpoint when the job last went to the queue, and how often in a row it did
# so with that same one.
forget_requeues() { rm -f "$1/requeues"; }

# count_requeue RUN LIMIT: counts one more. Fails above the limit, or if it cannot be written down.
count_requeue() {
  local newest before="" count=0
  newest=$(newest_checkpoint "$1")
  if [ -e "$1/requeues" ]; then read -r before count < "$1/requeues" || true; fi
  if [ "$before" != "$newest" ]; then count=0; fi
  requeues_in_a_row=$((count + 1))
  [ $requeues_in_a_row -le "$2" ] && mkdir -p "$1" && echo "$newest $requeues_in_a_row" > "$1/requeues"
}

# Slurm itself has requeued a job that is preempted, and a cancelled one shall not come back.
still_running() { [[ $(scontrol --oneliner show job "$SLURM_JOB_ID") == *" JobState=RUNNING "* ]]; }

# requeue_or_exit RUN CODE: what a job does at its end. The job keeps its id, so those that wait for it go
# on waiting.
requeue_or_exit() {
  local run=$1 code=$2
  if [ "$code" = 0 ]; then forget_requeues "$run"; fi
  if worth_another_start "$code" && still_running; then
    trap '' TERM USR1  # Slurm ends the shell when the job goes back
    if ! count_requeue "$run" "$AMT_MAX_FAILURES"; then
      say "exit code $code, and $AMT_MAX_FAILURES starts brought no new checkpoint ($(newest_checkpoint "$run")): giving up" >&2
    elif scontrol requeue "$SLURM_JOB_ID"; then
      say "exit code $code: to the queue again, to go on from $(newest_checkpoint "$run")"
    else
      say "exit code $code, and Slurm does not requeue; submit the same job again to go on" >&2
    fi
  fi
  say "exit code $code"
  exit "$code"
}
