# Sourced by the three jobs. Decides whether a job is requeued after amt has ended.
# shellcheck shell=bash

# newest_checkpoint RUN: prints its name, or "none". For a sweep in one job, prints those of all runs.
newest_checkpoint() {
  local newest
  newest=$(grep -h . "$1"/checkpoints/latest "$1"/*=*/checkpoints/latest 2> /dev/null | paste -sd, -)
  echo "${newest:-none}"
}

# run_of_job RUN [OPTION OF amt train...]: prints the folder that this job trains in. With --sweep, a task of a job
# array trains in the folder of one value (src/train/sweep.cpp).
run_of_job() {
  local run=$1 sweep="" values
  while [ $# -gt 1 ]; do
    case $2 in
      --sweep) sweep=${3-} ;;
      --sweep=*) sweep=${2#*=} ;;
    esac
    shift
  done
  if [ -n "$sweep" ] && [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    IFS=, read -ra values <<< "${sweep#*=}"
    sweep=${sweep%%=*}
    run=$run/${sweep##*.}=${values[SLURM_ARRAY_TASK_ID]-}
  fi
  echo "$run"
}

# worth_another_start CODE: returns false if amt is done, has reported a permanent error, or cannot
# be started at all. The remaining codes are 75 (stopped by a signal), 76 (the watchdog), 77 (wrong
# numbers), and those of a dead rank: 137, 143, 205 ...
worth_another_start() {
  case $1 in
    0 | 1 | 2 | 3 | 126 | 127) return 1 ;;
  esac
}

# RUN/requeues contains the newest checkpoint at the last requeue, and how many times in a row the
# job was requeued at that checkpoint.
forget_requeues() { rm -f "$1/requeues"; }

# count_requeue RUN: adds one to the count. Fails above AMT_MAX_FAILURES, or if the count cannot be
# written.
count_requeue() {
  local newest before="" count=0
  newest=$(newest_checkpoint "$1")
  if [ -e "$1/requeues" ]; then read -r before count < "$1/requeues" || true; fi
  if [ "$before" != "$newest" ]; then count=0; fi
  continuation=", to resume from $newest"
  [ $((count + 1)) -le "$AMT_MAX_FAILURES" ] && mkdir -p "$1" && echo "$newest $((count + 1))" > "$1/requeues"
}

# The same for jobs that start from the beginning each time.
count_start() { [ "${SLURM_RESTART_COUNT:-0}" -lt "$AMT_MAX_FAILURES" ]; }

# Slurm itself requeues a preempted job, and a cancelled job must not be requeued.
still_running() { [[ $(scontrol --oneliner show job "$SLURM_JOB_ID") == *" JobState=RUNNING "* ]]; }

# RUN/suspect-hosts lists the hosts that computed wrong numbers, one per line. This is RUN, or "" if
# the job does not train.
trained_run=""

# suspects: prints these hosts, separated by commas; for a sweep in one job, those of all runs.
suspects() {
  # Slurm's names have no domain.
  cut -d. -f1 "$trained_run/suspect-hosts" "$trained_run"/*=*/suspect-hosts 2> /dev/null | sort -u | paste -sd,
}

# exclude_suspects: excludes these hosts, in addition to those excluded already, from the job's next
# start. Slurm allows this only while the job is pending.
exclude_suspects() {
  local before hosts
  hosts=$(suspects)
  [ -n "$hosts" ] || return 0
  before=$(scontrol --oneliner show job "$SLURM_JOB_ID" | sed -n 's/.* ExcNodeList=\([^ ]*\).*/\1/p')
  case $before in
    "" | "(null)") ;;
    *) hosts=$before,$hosts ;;
  esac
  if scontrol update "JobId=$SLURM_JOB_ID" "ExcNodeList=$hosts"; then
    say "excluded from the next start: $hosts"
  else
    say "Slurm does not exclude $hosts; cancel the job and submit it again with --exclude=$hosts" >&2
  fi
}

# end_job CODE COUNT...: ends a job, and requeues it if that helps; COUNT... is a command that fails
# after too many starts. The job keeps its id, so jobs that depend on it keep waiting.
continuation=""
end_job() {
  local code=$1
  shift
  if worth_another_start "$code" && still_running; then
    trap '' TERM USR1  # while it requeues the job, Slurm signals the shell
    if ! "$@"; then
      say "$AMT_MAX_FAILURES starts in a row have not helped: giving up" >&2
    elif scontrol requeue "$SLURM_JOB_ID"; then
      say "exit code $code: requeued$continuation"
      if [ "$code" = 77 ]; then exclude_suspects; fi
    else
      say "Slurm refuses to requeue it; submit the same job again" >&2
    fi
  fi
  say "exit code $code"
  exit "$code"
}
