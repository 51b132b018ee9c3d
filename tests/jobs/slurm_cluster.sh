# shellcheck shell=bash
# Sourced by the tests of the job scripts. Runs a Slurm cluster of four nodes, n1 to n4, on this
# machine, with its own munge, ports and state below $work. Needs Debian's packages slurm-wlm and
# munge, and root for slurmd. When the test ends, all processes are ended by their ids.

skip() { echo "skipped: $*"; exit 77; }

# Skips the test, and prints the reason, if such a cluster is impossible here.
require_slurm() {
  local command
  [ "$(id -u)" = 0 ] || skip "slurmd must be started by root"
  for command in munged mungekey slurmctld slurmd sbatch srun mpirun; do
    command -v $command >/dev/null || skip "no $command (jobs/install-deps.sh cluster-tests)"
  done
}

# first_free_port COUNT: prints the first of COUNT consecutive free ports.
first_free_port() {
  local first port busy
  for _ in $(seq 50); do
    first=$((20000 + RANDOM % 10000)) busy=false  # below the kernel's range of automatic ports
    for port in $(seq $first $((first + $1 - 1))); do
      if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then busy=true; fi
    done
    $busy || { echo $first; return; }
  done
  return 1
}

# All four nodes are this machine. config_overrides makes Slurm accept their CPUs, %n separates
# their files, and TmpFS separates the PMIx files of a job's nodes. cred_expire also determines how
# long a requeued job waits (120 s by default). OverTimeLimit gives a busy machine one more minute
# to save.
write_slurm_conf() {
  local port
  port=$(first_free_port 5)
  cat >"$SLURM_CONF" <<END_OF_CONF
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/%n/spool
TmpFS=$cluster/%n/tmp
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
KillWait=5
OverTimeLimit=1
MinJobAge=600
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n[1-4] NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 4))] CPUs=4
PartitionName=normal Nodes=n[1-4] Default=YES PriorityTier=1 MaxTime=60
PartitionName=urgent Nodes=n[1-4] PriorityTier=10 MaxTime=60
END_OF_CONF
}

# within SECONDS COMMAND...: waits until the command succeeds, for at most that long.
within() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.2
  done
}

daemons=()
# start_daemon COMMAND...: starts a daemon as a child of this shell, to know its process id.
start_daemon() {
  "$@" </dev/null >>"$cluster/daemons.log" 2>&1 &
  daemons+=($!)
}

# Cancels the jobs first: their processes are not children of this shell, but use the cluster's
# configuration.
stop_cluster() {
  local pid
  scancel --quiet --user=root 2>/dev/null || true
  within 20 no_jobs || true
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
  within 10 no_daemon_lives || kill -9 "${daemons[@]}" 2>/dev/null || true
  for pid in $(grep -lasF "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ | tr -dc '0-9\n'); do
    [ "$pid" = $$ ] || kill -9 "$pid" 2>/dev/null || true
  done
  wait "${daemons[@]}" 2>/dev/null || true
}
no_jobs() { [ -z "$(squeue --noheader)" ]; }
no_daemon_lives() { ! kill -0 "${daemons[@]}" 2>/dev/null; }

# Starts the cluster and waits until all four nodes are idle. Sets $cluster, and SLURM_CONF for
# Slurm commands.
start_cluster() {
  local node
  cluster=${work:?}/cluster
  export SLURM_CONF=$cluster/slurm.conf
  mkdir -p "$cluster/state"
  chmod 755 "$work" "$cluster"
  write_slurm_conf || fail "no free ports"
  mungekey --create --keyfile="$cluster/munge.key"
  start_daemon munged --foreground --force --key-file="$cluster/munge.key" \
    --socket="$cluster/munge.socket" --pid-file="$cluster/munged.pid" \
    --log-file="$cluster/munged.log" --seed-file="$cluster/munged.seed"
  within 10 [ -S "$cluster/munge.socket" ] || fail "munged does not start: $(cat "$cluster"/munged.log)"
  start_daemon slurmctld -D
  for node in n1 n2 n3 n4; do
    mkdir -p "$cluster/$node/spool" "$cluster/$node/tmp"
    start_daemon slurmd -D -N $node
  done
  within 40 four_idle && return
  ! grep -q "Unable to initialize cgroup plugin" "$cluster"/n?.log ||
    skip "slurmd does not find the control groups that it needs: $(grep -m 1 -h error: "$cluster"/n1.log)"
  fail "the cluster does not start: $(tail -n 5 "$cluster"/*.log)"
}
four_idle() { [ "$(sinfo --noheader --partition=normal --states=idle --format=%D)" = 4 ]; }
