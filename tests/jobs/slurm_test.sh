#!/usr/bin/env bash
# Tests the job scripts with a real Slurm: a chain of jobs beyond a time limit, preemption, killed
# ranks, both launchers. However a run was stopped, it must end with the bytes of an undisturbed
# one.
# Usage: slurm_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
here=$(realpath "$(dirname "$0")")
. "$here/slurm_cluster.sh"
require_slurm
. "$here/../cli/support.sh"
trap 'stop_cluster; clean_up' EXIT
jobs=$here/../../jobs

# The nodes are really one machine, but ranks on two of them must not communicate through shared
# memory.
export OMPI_MCA_btl=self,tcp
steps=40
tiny_configuration $steps 2 20 "save_interval = 1h" "keep_every = 10"
cat >"$work/site.conf" <<END
: "\${AMT_BIN=$amt}"
AMT_CONFIG=$work/tiny.ini
AMT_PREPARE_NODES=4
AMT_PREPARE_RANKS_PER_NODE=1
AMT_PREPARE_OPTIONS=
AMT_PREPARE_TIME=5
AMT_TRAIN_NODES=2
AMT_GPUS_PER_NODE=0
AMT_SOCKETS_PER_NODE=1
AMT_TRAIN_CPUS_PER_RANK=1
: "\${AMT_TRAIN_TIME=10}" "\${AMT_WARNING_SECONDS=60}"
AMT_EVAL_TIME=5
. "\$AMT_JOBS_DIR/site.conf"
END
export AMT_SITE=$work/site.conf

log() { echo "$work/$1/jobs/train-$2.log"; }
says() { grep -qF -e "$2" "$1"; }
job_has() { [[ $(scontrol --oneliner show job "$1") == *" $2 "* ]]; }

# chain RUN [OPTION...]: submits the jobs; sets $train and $eval to their ids.
chain() {
  "$jobs/submit.sh" --dataset "$work/dataset" "$golden/tree" "$work/$1" "${@:2}" >"$work/out" 2>"$work/err" ||
    fail "submit.sh failed"
  train=$(awk '$1 == "train" { print $2 }' "$work/out")
  eval=$(awk '$1 == "eval" { print $2 }' "$work/out")
}

# give_up TEXT...: prints the output of all jobs and fails.
give_up() {
  squeue >&2 || true
  tail -n 30 "$work"/*/jobs/*.log >&2 || true
  fail "$*"
}
has_lines() { [ "$( (cat "$2" 2>/dev/null || true) | wc -l)" -ge "$1" ]; }
trains() { within 120 has_lines "$2" "$work/$1/metrics.jsonl" || give_up "$1 does not train"; }

# ended RUN: checks that the chain completes, after at least one restart, with the reference's
# bytes.
ended() {
  local last=checkpoints/step-0000$steps file
  within 180 job_has "$train" JobState=COMPLETED || give_up "$1 does not complete"
  within 90 job_has "$eval" JobState=COMPLETED || give_up "$1 is not evaluated"
  ! job_has "$train" Restarts=0 || give_up "$1 was never requeued"
  resumed_from "$work/$1/checkpoints/step-" "$(log "$1" "$train")" || give_up "$1 started over"
  for file in model.safetensors optimizer.h5; do
    cmp "$work/reference/$last/$file" "$work/$1/$last/$file" ||
      give_up "$file of $1 differs from the undisturbed run's"
  done
  says "$work/$1/jobs/eval-$eval.log" "checkpoints/step-0000$steps" || give_up "$1: another checkpoint was evaluated"
  [ ! -e "$work/$1/requeues" ] || give_up "the count of requeues is left behind in $1"
}

# saved RUN: checks that the run was stopped by a signal and saved, by the exit code for that.
saved() { mentions "exit ... 75" "$(log "$1" "$train")" || give_up "$1 was stopped without saving"; }

# ranks RUN: prints the process ids of the run's ranks.
ranks() { pgrep -f "^$amt train .*--trainer.run_dir $work/$1( |\$)"; }

start_cluster
srun --mpi=list 2>&1 | grep pmix >"$work/out" || { echo "skipped: this Slurm's srun has no PMIx"; exit 77; }

echo "a chain whose training is stopped by its time limit"
# Slurm checks time limits only twice a minute, so a rank is frozen until then to keep the run from
# finishing.
AMT_TRAIN_TIME=1 AMT_WARNING_SECONDS=55 chain limited
limited=("$train" "$eval")
trains limited 8
frozen=$(ranks limited | head -n 1)
kill -STOP "$frozen"

echo "the undisturbed run, without Slurm"
mpirun -n 2 "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
  --trainer.run_dir "$work/reference" 2>"$work/err" || fail "the undisturbed run failed"

within 90 says "$(log limited "${limited[0]}")" "SIGUSR1" || give_up "no signal before the limit"
kill -CONT "$frozen" || give_up "the ranks were killed"
within 60 mentions "exit ... 75 ... step-" "$(log limited "${limited[0]}")" ||
  give_up "limited is not requeued"
scontrol update JobId="${limited[0]}" TimeLimit=10  # so that it is not stopped again
job_has "${limited[1]}" JobState=PENDING || give_up "eval did not wait for the requeued job"

echo "mpirun, with the signal sent only to the shell"
AMT_LAUNCHER=mpirun chain launched
! grep -q "^prepare " "$work/out" || fail "a complete dataset was prepared again"
trains launched 8
scancel --signal=TERM --batch "$train"
ended launched
saved launched
train=${limited[0]} eval=${limited[1]}
ended limited
saved limited

echo "a rank is killed"
for launcher in srun mpirun; do
  AMT_LAUNCHER=$launcher chain killed-$launcher
  trains killed-$launcher 14  # after the checkpoint of step 10
  kill -9 "$(ranks killed-$launcher | tail -n 1)"
  ended killed-$launcher
  says "$(log killed-$launcher "$train")" "step-000010" ||
    give_up "the checkpoint is not reported"
done

echo "preempted by a job of higher priority"
chain preempted
trains preempted 14
sbatch --quiet --partition=urgent --nodes=4 --exclusive --output=/dev/null --wrap "sleep 2"
ended preempted
says "$(log preempted "$train")" "DUE TO PREEMPTION" || give_up "the job was not preempted"
saved preempted

echo "wrong numbers: the next start is on other nodes"
cat >"$work/wrong-amt" <<'END'
#!/usr/bin/env bash
# In place of amt: on the first start, the host of the last rank computes wrong numbers.
[ "$1" = train ] || exit 0
while [ "$1" != --trainer.run_dir ]; do shift; done
[ "$SLURM_RESTART_COUNT" = 1 ] && exit 0
if [ "$SLURM_PROCID" = 1 ]; then mkdir -p "$2" && echo "$SLURMD_NODENAME" >"$2/suspect-hosts"; fi
exit 77
END
chmod +x "$work/wrong-amt"
AMT_BIN=$work/wrong-amt chain wrong
within 90 job_has "$train" JobState=COMPLETED || give_up "the run with wrong numbers does not complete"
suspect=$(cat "$work/wrong/suspect-hosts")
job_has "$train" "ExcNodeList=$suspect" || give_up "$suspect is not excluded"
says "$(log wrong "$train")" "excluded from the next start: $suspect" || give_up "the log does not say so"
[[ ",$(scontrol show hostnames "$(sed -n 's/.*, start 2, on //p' "$(log wrong "$train")")" | paste -sd,)," != *",$suspect,"* ]] ||
  give_up "the next start is on $suspect"

echo "a permanent error or a cancelled job is not requeued"
for launcher in srun mpirun; do
  AMT_LAUNCHER=$launcher chain refused-$launcher -- --trainer.train_batch_sise 4
  within 90 job_has "$train" JobState=FAILED || give_up "the job did not fail"
  job_has "$train" ExitCode=2:0 || give_up "the exit code is not 2"
  job_has "$train" Restarts=0 || give_up "the job was requeued"
  job_has "$eval" JobState=PENDING || give_up "eval ran without a model"
  scancel "$eval"
done
chain cancelled
trains cancelled 4
scancel "$train"
within 40 mentions "exit ... 75" "$(log cancelled "$train")" || give_up "the cancelled run does not end"
within 20 job_has "$train" JobState=CANCELLED || give_up "the job was requeued after scancel"
echo "all passed"
