#!/usr/bin/env bash
# Tests amt under launchers: launchers that its MPI does not support, Slurm's variables,
# single-process commands on several ranks, one-line errors, and dry runs for the given ranks.
# Usage: launch_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
on() { timeout -k 5 120 mpirun -n "$@"; }  # on RANKS COMMAND...

"$amt" prepare "$golden/tree" "$work/ds" >/dev/null 2>&1
tiny_configuration 4 4 4
tiny=("$amt" train --config "$work/tiny.ini" --data.dataset "$work/ds")

# strangers TEXT VARIABLE=VALUE... -- COMMAND...: imitates a launcher that MPI does not support.
# Both of its processes must exit with 2; the first must print one line with TEXT, the second
# nothing. %r in a value is replaced by the rank.
strangers() {
  local text=$1 variables=() rank code
  shift
  while [ "$1" != -- ]; do variables+=("$1") && shift; done
  shift
  for rank in 0 1; do
    code=0
    timeout -k 5 60 env "${variables[@]//%r/$rank}" "$@" >"$work/out" 2>"$work/err" || code=$?
    [ $code -eq 2 ] || fail "exit code $code of rank $rank instead of 2: $*"
    [ "$(wc -l <"$work/err")" -eq $((1 - rank)) ] || fail "rank $rank printed too much or too little: $*"
    [ $rank -eq 1 ] || mentions "$text" "$work/err" || fail "did not print '$text'"
  done
}
slurm_job=(SLURM_JOB_ID=1 SLURM_JOBID=1 SLURM_NODELIST=n1 SLURM_NTASKS=2 SLURM_NPROCS=2 SLURM_PROCID=%r)

echo "a launcher that MPI does not support"
for command in "train --config $work/tiny.ini --data.dataset $work/ds --trainer.run_dir $work/run" \
  "eval $work/ds $work/ds" "prepare $golden/tree $work/prepared"; do
  read -ra words <<<"$command"
  strangers "(PMI_SIZE), ... Open MPI" \
    PMI_SIZE=2 PMI_RANK=%r -- "$amt" "${words[@]}"
  strangers "srun --mpi=pmix" "${slurm_job[@]}" SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2 \
    SLURM_MPI_TYPE=none -- "$amt" "${words[@]}"
done
[ ! -e "$work/run" ] && [ ! -e "$work/prepared" ] || fail "something was written"

echo "no launcher: the shell of a batch job, and that of a job step with one task"
expect 0 "trained 4 steps" env "${slurm_job[@]//%r/0}" "${tiny[@]}" --trainer.run_dir "$work/batch"
expect 0 "trained 4 steps" env "${slurm_job[@]//%r/0}" SLURM_STEP_ID=4294967290 SLURM_STEP_NUM_TASKS=1 \
  "${tiny[@]}" --trainer.run_dir "$work/step"

# Otherwise, Open MPI starts a daemon, which removes the user's folder in $TMPDIR when it ends,
# perhaps while the user's next process is starting in it.
echo "no launcher: MPI needs no folder in \$TMPDIR"
expect 0 "trained 4 steps" env TMPDIR="$work/tiny.ini" "${tiny[@]}" --trainer.run_dir "$work/alone"

# once TEXT COMMAND...: checks that the command succeeds on three ranks and prints TEXT on only one
# line.
once() {
  expect 0 "$1" on 3 "${@:2}"
  [ "$(cat "$work/out" "$work/err" | grep -cF -e "$1")" -eq 1 ] ||
    fail "not printed exactly once: $1"
}
# wrong CODE TEXT COMMAND...: checks that the command fails with one line from amt and none from
# MPI.
wrong() {
  expect "$@"
  [ "$(grep -c '^amt: error: ' "$work/err")" -eq 1 ] ||
    fail "not exactly one error line: $(cat "$work/err")"
  ! grep -q "MPI_ABORT" "$work/err" || fail "Open MPI's message about MPI_ABORT is shown"
}

echo "single-process commands on three ranks"
once "Usage: amt COMMAND" "$amt" --help
once "Usage: amt train" "$amt" train --help
once "oneDNN" "$amt" --version
once "arrival, 55028 tokens" "$amt" inspect "$work/ds"
once "all intact" "$amt" inspect "$work/ds" --verify
once "$work/batch/report.html" "$amt" report "$work/batch"
wrong 1 "nowhere" on 3 "$amt" inspect "$work/nowhere"
wrong 1 "nowhere" on 3 "$amt" report "$work/nowhere"
wrong 2 "'preprae' ... 'prepare'" on 3 "$amt" preprae
wrong 2 "--row: '-1' " on 3 "$amt" inspect "$work/ds" --row -1

echo "errors on all ranks, on one of several, and in a single process"
wrong 1 "$work/nowhere" on 3 "$amt" train --config "$work/tiny.ini" --data.dataset "$work/nowhere" \
  --trainer.run_dir "$work/x" --trainer.train_batch_size 3
for ranks in 1 2 4; do
  mkdir -p "$work/blocked-$ranks/checkpoints/latest/x"  # rank 0 cannot write it
  wrong 1 "$work/blocked-$ranks/checkpoints" on $ranks "${tiny[@]}" --trainer.run_dir "$work/blocked-$ranks"
done
mkdir -p "$work/blocked/checkpoints/latest/x"
wrong 1 "$work/blocked/checkpoints" "${tiny[@]}" --trainer.run_dir "$work/blocked"
tail -n 1 "$work/err" | grep -q '^amt: error: ' || fail "the last line of a single process is not amt's error"
# mpirun's own message about a failed job can be turned off; Open MPI 5 has no option for that.
if mpirun --version | grep -q "(Open MPI) 4"; then
  wrong 1 nowhere on 2 -q "$amt" inspect "$work/nowhere"
  [ "$(wc -l <"$work/err")" -eq 1 ] || fail "mpirun -q prints more than amt's line"
fi

echo "dry runs for the given ranks"
dry=("${tiny[@]}" --dry-run --trainer.run_dir "$work/dry")
for run in "on 2" ""; do
  # shellcheck disable=SC2086
  expect 0 "# training: 4 steps ... 4 rows ... 2 ranks (micro-batches ... 2)" $run "${dry[@]}" --ranks 2
  [ "$(grep -c '^\[trainer\]' "$work/out")" -eq 1 ] || fail "the configuration was not printed exactly once"
  grep -q '^# memory: .* 2 ranks' "$work/out" || fail "memory was not estimated for two ranks"
  grep -q '^# checkpoints: ' "$work/out" || fail "checkpoints are not mentioned"
done
wrong 2 "--trainer.train_batch_size 4 ... 3 or 6" on 3 "${dry[@]}"
expect_line 2 "--trainer.train_batch_size 4 ... 3 or 6" "${dry[@]}" --ranks 3
wrong 2 "--ranks 3, ... 2" on 2 "${dry[@]}" --ranks 3
expect_line 2 "--ranks ... 1" "${dry[@]}" --ranks 0
expect_line 2 "--ranks ... --dry-run" "${tiny[@]}" --trainer.run_dir "$work/dry" --ranks 2

echo "a dry run fails like a real start"
large=(--trainer.train_batch_size 200000000 --trainer.per_device_parallelism 100000000)
wrong 1 "training ... 2 ranks" on 2 "${dry[@]}" "${large[@]}"
expect_line 1 "training ... 2 ranks" "${dry[@]}" "${large[@]}" --ranks 2
expect_line 1 "$work/nowhere" "${dry[@]}" --data.dataset "$work/nowhere"
other=("${tiny[@]}" --trainer.run_dir "$work/batch" --trainer.learning_rate 0.02)
old=("${tiny[@]}" --trainer.run_dir "$work/batch" --trainer.load_last_checkpoint false)
for dry_or_not in --dry-run --device=cpu; do
  expect_line 2 "trainer.learning_rate ... 0.01, ... 0.02" "${other[@]}" $dry_or_not
  expect_line 2 "$work/batch ... step 4" "${old[@]}" $dry_or_not
  expect_line 2 "$work/tiny.ini/run" "${tiny[@]}" --trainer.run_dir "$work/tiny.ini/run" $dry_or_not
done
cp -r "$work/ds" "$work/damaged"
shard=$(find "$work/damaged" -name 'train-0*.h5' | head -n 1)
printf x | dd of="$shard" bs=1 seek=9000 conv=notrunc status=none
wrong 1 "${shard##*/}" on 2 "${dry[@]}" --data.dataset "$work/damaged" --data.verify_first true
[ ! -e "$work/dry" ] || fail "a dry run wrote something"

echo "a dry run for an existing run"
cp "$work/batch/config.ini" "$work/before.ini"
expect 0 "step 4" "${tiny[@]}" --dry-run --trainer.run_dir "$work/batch" --trainer.num_train_steps 8
grep -q '^# time: .* 4 steps' "$work/out" || fail "the dry run estimates no time"
cmp "$work/before.ini" "$work/batch/config.ini" || fail "a dry run wrote config.ini"

echo "a dry run of prepare"
prepare=("$amt" prepare "$golden/tree" "$work/prepared" --dry-run)
once "57 files" "${prepare[@]}"
expect 0 "on 3 ranks" "${prepare[@]}" --ranks 3
wrong 2 "--ranks 3, ... 2" on 2 "${prepare[@]}" --ranks 3
expect_line 2 "--ranks ... --dry-run" "$amt" prepare "$golden/tree" "$work/prepared" --ranks 3
expect_line 2 "$work/ds ... --overwrite" "$amt" prepare "$golden/tree" "$work/ds" --dry-run
wrong 2 "$work/ds ... --overwrite" on 2 "$amt" prepare "$golden/tree" "$work/ds" --dry-run
[ ! -e "$work/prepared" ] || fail "a dry run created the dataset"
echo "all passed"
