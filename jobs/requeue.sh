# Sourced by the three jobs: whether a job whose amt has stopped goes to the queue again.
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

# count_requeue RUN: counts one more. Fails above AMT_MAX_FAILURES, or if it cannot be written down.
count_requeue() {
  local newest before="" count=0
  newest=$(newest_checkpoint "$1")
  if [ -e "$1/requeues" ]; then read -r before count < "$1/requeues" || true; fi
  if [ "$before" != "$newest" ]; then count=0; fi
  continuation=", to resume from $newest"
  [ $((count + 1)) -le "$AMT_MAX_FAILURES" ] && mkdir -p "$1" && echo "$newest $((count + 1))" > "$1/requeues"
}

# For work that begins anew each time.
count_start() { [ "${SLURM_RESTART_COUNT:-0}" -lt "$AMT_MAX_FAILURES" ]; }

# Slurm itself has requeued a job that is preempted, and a cancelled one shall not come back.
still_running() { [[ $(scontrol --oneliner show job "$SLURM_JOB_ID") == *" JobState=RUNNING "* ]]; }

# end_job CODE COUNT...: what a job does at its end; COUNT... is a command that fails if there were enough
# starts. The job keeps its id, so those that wait for it go on waiting.
continuation=""
end_job() {
  local code=$1
  shift
  if worth_another_start "$code" && still_running; then
    trap '' TERM USR1  # Slurm ends the shell when the job goes back
    if ! "$@"; then
      say "$AMT_MAX_FAILURES starts in a row have not helped: giving up" >&2
    elif scontrol requeue "$SLURM_JOB_ID"; then
      say "exit code $code: to the queue again$continuation"
    else
      say "Slurm does not requeue; submit the same job again" >&2
    fi
  fi
  say "exit code $code"
  exit "$code"
}
