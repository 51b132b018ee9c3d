#!/usr/bin/env bash
# Starts amt again and again on 2 ranks under srun --mpi=pmix, on the nodes of a Slurm that it starts
# on this machine, and counts the starts that fail. This is not a CTest test, because it takes a
# second per start.
# Usage: tests/tools/slurm_starts.sh AMT [COUNT]
set -euo pipefail
here=$(realpath "$(dirname "$0")/..")
# shellcheck source=jobs/help.sh
. "$here/../jobs/help.sh"
if wants_help "$@" || [ $# -eq 0 ]; then print_help "$0"; exit 0; fi
amt=$(realpath "$1") count=${2:-200}
# shellcheck source=tests/jobs/slurm_cluster.sh
. "$here/jobs/slurm_cluster.sh"
require_slurm
# shellcheck source=tests/cli/support.sh
. "$here/cli/support.sh"
trap 'stop_cluster; clean_up' EXIT
export OMPI_MCA_btl=self,tcp  # not shared memory, because the nodes are really one machine

tiny_configuration 1 2 1
"$amt" prepare "$here/data/golden/tree" "$work/ds" >/dev/null 2>&1
cat >"$work/job.sh" <<END
#!/bin/bash
for i in \$(seq $count); do
  rm -rf "$work/run"
  code=0
  timeout 120 srun -n 2 --mpi=pmix "$amt" train --config "$work/tiny.ini" --data.dataset "$work/ds" \\
    --trainer.run_dir "$work/run" >"$work/log" 2>&1 </dev/null || code=\$?
  echo "\$code" >>"$work/codes"
  if [ \$code != 0 ]; then echo "start \$i: \$code" && cat "$work/log"; fi
done
END
start_cluster
sbatch --wait --nodes=2 --ntasks=2 --output="$work/job.log" "$work/job.sh" || true
cat "$work/job.log"
echo "$(grep -cx 0 "$work/codes") of $(wc -l <"$work/codes") starts succeeded"
[ "$(grep -cx 0 "$work/codes")" -eq "$count" ]
