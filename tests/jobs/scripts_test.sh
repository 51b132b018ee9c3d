#!/usr/bin/env bash
# Tests the job scripts without Slurm: what submit.sh requests from sbatch and what it refuses, and
# after which exit codes of amt a job is requeued, and how often. sbatch, srun and scontrol are
# stand-ins.
# Usage: scripts_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
jobs=$(realpath "$(dirname "$0")/../../jobs")
. "$(dirname "$0")/../cli/support.sh"
export AMT_BIN=$amt

. "$(dirname "$0")/stand_ins.sh"

submit() { "$jobs/submit.sh" "$@"; }
chain=("$golden/tree" "$work/run")

echo "what submit.sh requests"
AMT_ACCOUNT=music AMT_GPUS_PER_NODE=4 AMT_TRAIN_NODES=2 AMT_PREPARE_OPTIONS="--augment 10" \
  submit --dry-run "${chain[@]}" -- --trainer.seed 3 >"$work/plan" || fail "the dry run failed"
asks() { sed -n "$1p" "$work/plan" | grep -qE -e "$2" || fail "job $1 does not request $2: $(cat "$work/plan")"; }
[ "$(wc -l <"$work/plan")" -eq 3 ] || fail "the dry run does not print three jobs"
asks 1 "--account=music .*--ntasks-per-node=16 .*prepare.sbatch $golden/tree $work/dataset --augment 10"
asks 2 "--nodes=2 .*--ntasks-per-node=4 --gpus-per-node=4 .*--signal=B:USR1@300 --dependency=afterok:PREPARE_ID"
asks 2 "train.sbatch $work/dataset $work/run --trainer.seed 3"
asks 3 "--nodes=1 .*--dependency=afterok:TRAIN_ID .*eval.sbatch $work/run $work/dataset --split test"
[ ! -e "$work/run" ] || fail "the dry run created the run folder"
AMT_GPUS_PER_NODE=4 AMT_GPU_REQUEST=gres=gpu:a100 AMT_SCRATCH=$work/scratch submit --dry-run "${chain[@]}" >"$work/plan"
asks 2 "--gres=gpu:a100:4 .*train.sbatch $work/scratch/dataset"
AMT_GPUS_PER_NODE=0 submit --dry-run --dataset "$work/other" "${chain[@]}" >"$work/plan"
asks 2 "--ntasks-per-node=2 --time.*train.sbatch $work/other"

echo "what submit.sh refuses"
mkdir "$work/bare"
for tool in bash dirname realpath; do ln -s "$(command -v $tool)" "$work/bare/"; done
expect_line 2 "sbatch" env PATH="$work/bare" "$jobs/submit.sh" "${chain[@]}"
expect_line 2 "corpus ... $work/nothing" submit --dry-run "$work/nothing" "$work/run"
expect_line 2 "amt ... $work/nothing" env AMT_BIN="$work/nothing" "$jobs/submit.sh" --dry-run "${chain[@]}"
expect_line 2 "configuration ... $work/nothing" submit --dry-run --config "$work/nothing" "${chain[@]}"
expect_line 2 "usage: " submit --dry-run "$golden/tree"
expect_line 2 "--trainer.seed" submit --dry-run "${chain[@]}" --trainer.seed 3
expect_line 2 "AMT_TRAIN_NODES ... 'two'" env AMT_TRAIN_NODES=two "$jobs/submit.sh" --dry-run "${chain[@]}"
expect_line 2 "AMT_LAUNCHER ... srun or mpirun" env AMT_LAUNCHER=mpiexec "$jobs/submit.sh" --dry-run "${chain[@]}"
expect_line 2 "$work/nothing" env AMT_SITE="$work/nothing" "$jobs/submit.sh" --dry-run "${chain[@]}"

echo "an image instead of an installed amt"
expect_line 2 "image ... $work/nothing" env AMT_IMAGE="$work/nothing" AMT_CONTAINER="env -C /" "$jobs/submit.sh" --dry-run "${chain[@]}"
expect_line 2 "no-such-runtime" env AMT_IMAGE="$golden" AMT_CONTAINER="no-such-runtime run" "$jobs/submit.sh" --dry-run "${chain[@]}"
AMT_BIN=$work/nothing AMT_IMAGE=$golden AMT_CONTAINER="env -C /" submit --dry-run "${chain[@]}" >"$work/plan" || fail "an amt outside the image is required"

export PATH=$work/bin:$PATH
echo "if sbatch refuses the second job, the first is cancelled"
stand_in sbatch <<<'case "$*" in *train.sbatch*) echo "sbatch: error: Invalid qos" >&2; exit 1 ;; *) echo 7 ;; esac'
stand_in scancel <<<'echo "$*" >>"'"$work"'/cancelled"'
expect 1 "sbatch ... job train" submit "${chain[@]}"
[ "$(cat "$work/cancelled")" = 7 ] || fail "the first job was not cancelled"

# The environment of a job. The stand-in for srun exits with the next code in $work/codes. A code
# may be followed by a checkpoint that amt has saved, or by "complete" for a dataset: "137
# step-000010".
export SLURM_JOB_ID=1
stand_in srun <<END
echo "\$*" >"$work/arguments"
read -r code step <"$work/codes"
sed -i 1d "$work/codes"
mkdir -p "$work/run/checkpoints"
if [ "\$code" = 77 ]; then
  found=$work/run/\$(cat "$work/swept_run")/suspect-hosts
  mkdir -p "\$(dirname "\$found")" && cat "$work/wrong" >"\$found"
fi
if [ -n "\$step" ]; then echo "\$step" | tee "$work/run/manifest.json" >"$work/run/checkpoints/latest"; fi
exit "\$code"
END
stand_in scontrol <<END
case \$1 in
  requeue) echo requeue >>"$work/requeued" ;;
  update) [ -e "$work/requeued" ] && echo "\${*:2}" >"$work/updated" ;;
  *) echo "JobId=1 JobState=\$(cat "$work/state") Reason=None ReqNodeList=(null) ExcNodeList=\$(cat "$work/excluded") Nice=0" ;;
esac
END
echo RUNNING >"$work/state"
echo "(null)" >"$work/excluded"

# start COUNT [OPTION...]: runs the job's script as Slurm does, i.e. a copy in another folder.
script=train.sbatch
start() {
  cp "$jobs/$script" "$work/slurm_script"
  (cd "$work" && SLURM_RESTART_COUNT=$1 AMT_JOBS_DIR=$jobs bash "$work/slurm_script" "$work/dataset" "$work/run" "${@:2}")
}
# requeues TIMES CODE LINE...: checks that, if amt exits with one code per line, the job is requeued
# TIMES times and its last start ends with CODE.
requeues() {
  local times=$1 last=$2 count=0 code
  shift 2
  rm -rf "$work/run" "$work/requeued"
  printf '%s\n' "$@" >"$work/codes"
  while :; do
    code=0
    rm -f "$work/requeued"
    start $count >"$work/out" 2>"$work/err" || code=$?
    [ -e "$work/requeued" ] || break
    count=$((count + 1))
  done
  [ $count -eq "$times" ] || fail "requeued $count times instead of $times: $*"
  [ $code -eq "$last" ] || fail "ended with $code instead of $last: $*"
}

echo "which exit codes requeue a run"
for code in 0 1 2 3 126 127; do requeues 0 $code $code; done
printf '%s\n' node17.cluster node3 >"$work/wrong"
echo . >"$work/swept_run"
for code in 75 76 77 137 143 205; do requeues 1 0 "$code step-000010" 0; done
[ ! -e "$work/run/requeues" ] || fail "the count of requeues is left after the end"

echo "hosts with wrong numbers are excluded from the next start"
[ "$(cat "$work/updated")" = "JobId=1 ExcNodeList=node17,node3" ] || fail "excluded: $(cat "$work/updated")"
rm "$work/updated"
echo "n[1-2]" >"$work/excluded"
requeues 1 0 137 0
[ ! -e "$work/updated" ] || fail "hosts are excluded after another failure"
requeues 1 0 77 0
[ "$(cat "$work/updated")" = "JobId=1 ExcNodeList=n[1-2],node17,node3" ] || fail "excluded: $(cat "$work/updated")"
rm "$work/updated"
echo "seed=2" >"$work/swept_run"
requeues 1 0 77 0
[ "$(cat "$work/updated")" = "JobId=1 ExcNodeList=n[1-2],node17,node3" ] || fail "a sweep excluded: $(cat "$work/updated")"

echo "mpirun that was stopped by a TERM"
# Slurm sends the TERM to the job's shell and to mpirun, which kills its ranks and exits with 1.
stand_in mpirun <<'END'
trap '' USR1  # by which the job asks amt to save
kill -TERM "$PPID"
exit 1
END
AMT_LAUNCHER=mpirun expect 143 "requeue" start 0
[ -e "$work/requeued" ] || fail "a job that was stopped by a TERM is not requeued"
rm -f "$work/requeued"

echo "at most three starts in a row without a new checkpoint"
requeues 3 137 137 137 76 137 0
grep -q "3 starts in a row" "$work/err" || fail "giving up is not reported"
requeues 5 75 137 137 "137 step-000002" 137 75 75 0
requeues 6 0 "75 step-000001" "75 step-000002" "75 step-000003" "75 step-000004" "75 step-000005" "75 step-000006" 0
echo "step-000006 3" >"$work/run/requeues"  # left by a job that gave up
echo 137 >"$work/codes"
start 0 >"$work/out" 2>&1 || true
[ "$(cat "$work/run/requeues")" = "step-000006 1" ] || fail "another job must restart the count"

echo "a sweep counts the starts of its own runs"
runs=$work/run
expect_run() { [ "$(. "$jobs/requeue.sh"; run_of_job "${@:2}")" = "$1" ] || fail "run_of_job ${*:2}"; }
expect_run "$runs" "$runs" --sweep seed=1,2
export SLURM_ARRAY_TASK_ID=1
expect_run "$runs" "$runs" --trainer.seed 3
expect_run "$runs/seed=2" "$runs" --trainer.seed 3 --sweep trainer.seed=1,2 --trainer.mp f32
expect_run "$runs/learning_rate=2e-3" "$runs" --sweep=learning_rate=1e-3,2e-3
mkdir -p "$work"/run/seed={1,2}/checkpoints
echo step-000003 >"$work/run/seed=1/checkpoints/latest"
echo step-000007 >"$work/run/seed=2/checkpoints/latest"
newest=$(. "$jobs/requeue.sh"; newest_checkpoint "$work/run")
[ "$newest" = step-000006,step-000003,step-000007 ] || fail "the newest checkpoints of a sweep: $newest"
echo 137 >"$work/codes"
start 0 --sweep seed=1,2 >"$work/out" 2>&1 || true
[ "$(cat "$work/run/seed=2/requeues")" = "step-000007 1" ] || fail "a task of an array counts elsewhere"
unset SLURM_ARRAY_TASK_ID

# A count that cannot be written would stay at 1 forever.
echo 137 >"$work/codes"
rm -rf "$work/run" "$work/requeued"
mkdir -p "$work/run/requeues"
expect 137 "giving up" start 0
[ ! -e "$work/requeued" ] || fail "the job was requeued without a count"

echo "prepare, which starts from the beginning each time"
script=prepare.sbatch
requeues 3 137 137 137 137 137 0
requeues 1 1 139 1
requeues 1 0 "137 complete"  # a rank died, but the next start has nothing to do
echo "eval"
script=eval.sbatch
requeues 3 137 137 137 137 137 0
requeues 2 0 139 76 0
requeues 0 1 1
script=train.sbatch

echo "a signal before amt is started"
AMT_SETUP='kill -USR1 $$' requeues 3 75 0  # in each start, before srun
[ "$(cat "$work/codes")" = 0 ] || fail "amt was started after the signal"

echo "a job with GPUs uses them or fails"
requeues 0 0 0
grep -qE -e "train --config .* --trainer.run_dir $work/run$" "$work/arguments" || fail "$(cat "$work/arguments")"
SLURM_JOB_GPUS=0,1 requeues 0 0 0
grep -qF -e "--device cuda" "$work/arguments" || fail "the job would not use its GPUs"

echo "the ranks of an image"
rm -rf "$work/run"
echo 0 >"$work/codes"
AMT_IMAGE=$golden AMT_CONTAINER="env -C /" start 0 >"$work/out" 2>"$work/err" ||
  fail "the job with an image failed"
grep -qE -e " env -C / $golden amt train --config " "$work/arguments" || fail "$(cat "$work/arguments")"

echo "a job that Slurm has cancelled is not requeued"
for state in COMPLETING CANCELLED PENDING; do
  echo $state >"$work/state"
  requeues 0 75 75
done

echo "submitted from the wrong folder"
expect 2 "train.sbatch: ... AMT_JOBS_DIR" \
  env -u AMT_JOBS_DIR SLURM_SUBMIT_DIR="$work" bash "$jobs/train.sbatch" a b
expect_line 2 "for sbatch" env -u SLURM_JOB_ID SLURM_SUBMIT_DIR="$jobs/.." bash "$jobs/train.sbatch" a b
expect_line 2 "usage: " env SLURM_SUBMIT_DIR="$jobs/.." bash "$jobs/train.sbatch" a

echo "help of every script, from anywhere"
for script in install-deps.sh quickstart.sh submit.sh prepare.sbatch train.sbatch eval.sbatch ../tests/run.sh \
  ../tests/bench/{prepare,scaling,train_scaling}.sh ../tests/fuzz/run.sh ../tests/cuda/sanitize.sh \
  ../tests/tools/{bare_debian,container_in_chroot,chroot_exec}.sh ../tests/gates/{format,tidy,clang,sanitizers,other_vendors}.sh; do
  for word in --help -h; do
    (cd / && env -u AMT_JOBS_DIR -u SLURM_JOB_ID bash "$jobs/$script" $word) >"$work/out" 2>"$work/err" || fail "$script $word"
    grep -q "^Usage: .*${script##*/}" "$work/out" || fail "$script $word: $(cat "$work/out")"
    [ ! -s "$work/err" ] && ! grep -q "^#" "$work/out" || fail "$script $word: $(cat "$work/err" "$work/out")"
  done
done
echo "no fixed names in /tmp, which two users would share"
! grep -nE '(TMPDIR:-)?/tmp\}?/[A-Za-z]' "$jobs"/*.sh "$jobs"/*.sbatch "$jobs"/../tests/run.sh "$jobs"/../tests/*/*.sh |
  grep -v -e mktemp -e "grep -nE" || fail "a fixed name in /tmp"
if command -v shellcheck >/dev/null; then
  echo "shellcheck"
  (cd "$jobs/.." && shellcheck -x -s bash jobs/*.sh jobs/*.sbatch jobs/site.conf tests/run.sh tests/skipped.sh \
    tests/jobs/stand_ins.sh tests/gates/*.sh tests/tools/*.sh jobs/container/*.sh) >"$work/out" || fail "$(cat "$work/out")"
else
  echo "skipped: shellcheck is not installed (jobs/install-deps.sh cluster-tests)"
fi
echo "all passed"
