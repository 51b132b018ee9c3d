#!/usr/bin/env bash
# Tests amt when it is started by a real Slurm: in the shell of a batch job and of a job step, under
# srun with and without PMIx, and under mpirun.
# Usage: slurm_launchers_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
here=$(realpath "$(dirname "$0")")
. "$here/slurm_cluster.sh"
require_slurm
. "$here/../cli/support.sh"
trap 'stop_cluster; clean_up' EXIT
export OMPI_MCA_btl=self,tcp  # not shared memory, because the nodes are really one machine

tiny_configuration 2 2 2
"$amt" prepare "$golden/tree" "$work/ds" >/dev/null 2>&1
# Each line: the name of a run and its launcher, separated by a bar.
cat >"$work/launchers" <<'END'
batch|
step|srun -N 1 -n 1 --mpi=none
none|srun -n 2 --mpi=none
pmix|srun -n 2 --mpi=pmix
mpirun|mpirun -n 2
mpirun-alone|mpirun -n 1
END
cat >"$work/job.sh" <<END
#!/bin/bash
while IFS='|' read -r run launcher; do
  code=0
  \$launcher "$amt" train --config "$work/tiny.ini" --data.dataset "$work/ds" \\
    --trainer.run_dir "$work/\$run" >"$work/\$run.log" 2>&1 </dev/null || code=\$?
  echo "\$run \$code" >>"$work/codes"
done <"$work/launchers"
END
start_cluster
within 200 sbatch --wait --nodes=2 --ntasks=2 --output="$work/job.log" "$work/job.sh" || true

for run in batch step pmix mpirun mpirun-alone; do
  grep -qx "$run 0" "$work/codes" || fail "$run: $(cat "$work/codes" "$work/$run.log")"
  ranks="1 rank"
  case $run in pmix | mpirun) ranks="2 ranks" ;; esac
  grep -q "; $ranks, " "$work/$run.log" || fail "$run does not have $ranks: $(cat "$work/$run.log")"
done
grep -qx "none 2" "$work/codes" ||
  fail "an unsupported launcher is not reported: $(cat "$work/codes" "$work/none.log")"
[ "$(grep -c '^amt: error: srun.* has started 2 processes' "$work/none.log")" -eq 1 ] ||
  fail "srun without PMIx is not reported: $(cat "$work/none.log")"
! grep -q "MPI_" "$work/none.log" || fail "Open MPI's own message is shown: $(cat "$work/none.log")"
[ ! -e "$work/none" ] || fail "the refused job wrote something"
echo "all passed"
