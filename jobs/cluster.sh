# Sourced by submit.sh and by the jobs. Reads the site's settings and starts amt under Slurm.
# shellcheck shell=bash

# shellcheck source=jobs/help.sh
. "$AMT_JOBS_DIR/help.sh"

# The script's name; messages begin with it.
amt_job=${amt_job:-${0##*/}}
say() { echo "$amt_job: $*"; }
# Prints a message and exits with 2, amt's exit code for wrong usage.
refuse() { say "$*" >&2; exit 2; }

# Exports every setting, so that a job uses the values from the time of its submission.
read_site() {
  local settings
  AMT_JOBS_DIR=$(cd "$AMT_JOBS_DIR" && pwd)
  export AMT_JOBS_DIR
  settings=${AMT_SITE:-$AMT_JOBS_DIR/site.conf}
  [ -r "$settings" ] || refuse "cannot read the settings in $settings"
  set -a
  # shellcheck source=jobs/site.conf
  . "$settings"
  set +a
  case $AMT_LAUNCHER in
    srun | mpirun) ;;
    *) refuse "AMT_LAUNCHER is '$AMT_LAUNCHER'; use srun or mpirun" ;;
  esac
}

# Sets amt_program, the command that starts amt, and amt_missing, an error message if part of the
# command is missing, else "".
find_program() {
  local words
  amt_program=("$AMT_BIN") amt_missing=""
  if [ -z "${AMT_IMAGE:-}" ]; then  # not set in an older site.conf
    command -v "$AMT_BIN" > /dev/null || amt_missing="no amt at $AMT_BIN; build it (README.md), or set AMT_BIN in jobs/site.conf"
    return
  fi
  read -ra words <<< "${AMT_CONTAINER:-apptainer exec}"
  amt_program=("${words[@]}" "$AMT_IMAGE" amt)
  command -v "${words[0]}" > /dev/null || amt_missing="no ${words[0]} here; load it in AMT_SETUP, or set AMT_CONTAINER in jobs/site.conf"
  case $AMT_IMAGE in
    *://*) ;;  # in a registry
    *) [ -e "$AMT_IMAGE" ] || amt_missing="no image at $AMT_IMAGE; build it (jobs/container), or set AMT_IMAGE in jobs/site.conf" ;;
  esac
}

# Must be called at the start of a job.
set_up_job() {
  [ -n "${SLURM_JOB_ID:-}" ] || refuse "this script is for sbatch; on one machine use mpirun, see docs/cluster.md"
  read_site
  eval "${AMT_SETUP:-:}" || refuse "AMT_SETUP failed: $AMT_SETUP"
  find_program
  [ -z "$amt_missing" ] || refuse "$amt_missing"
  # Without this, amt would use all CPUs of the node instead of those that Slurm has assigned to the
  # rank.
  if [ -n "${SLURM_CPUS_PER_TASK:-}" ]; then
    export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$SLURM_CPUS_PER_TASK}
    export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK  # since Slurm 22.05, srun does not inherit this from sbatch
  fi
  say "job $SLURM_JOB_ID, start $((${SLURM_RESTART_COUNT:-0} + 1)), on ${SLURM_JOB_NODELIST:-?}"
}

# From here on, TERM or USR1 from Slurm to the job's shell makes amt save and stop. Both are passed
# on as USR1, because mpirun ends its ranks within a second of a TERM.
launcher_pid="" signalled=false asked_to_stop=""
save_on_signals() {
  trap 'stop_amt TERM' TERM
  trap 'stop_amt USR1' USR1
}
stop_amt() {
  signalled=true asked_to_stop=$1
  say "SIG$1: asking amt to save and stop"
  if [ -n "$launcher_pid" ]; then kill -USR1 "$launcher_pid" 2> /dev/null || true; fi
}

# launch ARGUMENTS...: runs amt with these arguments on all ranks of the job. Returns its exit code,
# or 75 if the job was stopped before the start. With srun, whose ranks may end with different
# codes, this is the largest code. If all ranks refuse an option, they get 30 s to exit, because a
# rank killed by srun would change the code to 137 or 143.
launch() {
  local command code=75
  if [ "$AMT_LAUNCHER" = srun ]; then
    command=(srun "--mpi=$AMT_SRUN_MPI" --kill-on-bad-exit=0 --wait=30)
  else
    # After watchdogs have ended the ranks, mpirun would wait up to 16 minutes for a host that is
    # cut off; with these settings, Open MPI 4 notices the lost link after 7 minutes. Open MPI 5.0.7
    # must not notice it, because it would then end with 0, as if amt had succeeded.
    export OMPI_MCA_oob_tcp_keepalive_time="${OMPI_MCA_oob_tcp_keepalive_time:-300}"
    export OMPI_MCA_oob_tcp_keepalive_intvl="${OMPI_MCA_oob_tcp_keepalive_intvl:-30}"
    export OMPI_MCA_oob_tcp_keepalive_probes="${OMPI_MCA_oob_tcp_keepalive_probes:-4}"
    export PRTE_MCA_oob_tcp_keepalive_time="${PRTE_MCA_oob_tcp_keepalive_time:-0}"
    command=(mpirun --bind-to none)
  fi
  if [ -n "$asked_to_stop" ]; then return $code; fi
  # A job with GPUs fails if it cannot use them, instead of computing on the CPU for days.
  if [ "$1" != prepare ] && [ -n "${SLURM_JOB_GPUS:-}${SLURM_GPUS_ON_NODE:-}" ]; then
    set -- "$1" --device cuda "${@:2}"
  fi
  "${command[@]}" "${amt_program[@]}" "$@" &  # a shell runs no trap while a foreground command is running
  launcher_pid=$!
  while signalled=false code=0; do
    wait "$launcher_pid" || code=$?
    $signalled || break  # otherwise the signal ended the wait, and amt is still running
  done
  launcher_pid=""
  # If Slurm sends TERM to mpirun as well as to the shell, mpirun kills its ranks and exits with 1.
  if [ "$AMT_LAUNCHER $asked_to_stop $code" = "mpirun TERM 1" ]; then code=143; fi
  return $code
}
