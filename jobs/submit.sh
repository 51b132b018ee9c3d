#!/usr/bin/env bash
# Prepares a dataset from a corpus and trains and evaluates a model on a Slurm cluster, in three
# jobs that each start after the previous one has succeeded. jobs/site.conf sets account, nodes and
# sizes; see also docs/cluster.md.
#
# Usage: jobs/submit.sh [--dry-run] [--dataset DIR] [--config FILE] CORPUS RUN_DIR [-- OPTION OF amt train...]
# --dataset  where the dataset is or will be; default: $AMT_SCRATCH/dataset, or dataset next to
#            RUN_DIR. If it is already complete, it is used as it is, and CORPUS need not exist.
# --config   the model's configuration; default: AMT_CONFIG in site.conf
# --dry-run  prints the commands without submitting or creating anything
set -euo pipefail
AMT_JOBS_DIR=$(dirname "$(realpath "$0")")
# shellcheck source=jobs/cluster.sh
. "$AMT_JOBS_DIR/cluster.sh"

usage="submit.sh [--dry-run] [--dataset DIR] [--config FILE] CORPUS RUN_DIR [-- OPTION OF amt train...]"
dry_run=false dataset="" config="" places=()
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=true ;;
    --dataset | --config)
      [ $# -ge 2 ] || refuse "$1 needs a value"
      if [ "$1" = --dataset ]; then dataset=$2; else config=$2; fi
      shift
      ;;
    --) shift; break ;;
    --help | -h) print_help "$0"; exit 0 ;;
    -*) refuse "unknown option $1; options of amt train go after -- (--help)" ;;
    *) places+=("$1") ;;
  esac
  shift
done
train_options=("$@")
[ ${#places[@]} -eq 2 ] || refuse "usage: $usage"

read_site
corpus=$(realpath -m "${places[0]}") run_dir=$(realpath -m "${places[1]}")
if [ -z "$dataset" ]; then dataset=${AMT_SCRATCH:-$(dirname "$run_dir")}/dataset; fi
dataset=$(realpath -m "$dataset")
AMT_CONFIG=$(realpath -m "${config:-$AMT_CONFIG}")

# Checks for errors that would otherwise appear hours later, in the queue.
$dry_run || command -v sbatch > /dev/null || refuse "no sbatch found; submit from a login node of the cluster"
[ -r "$AMT_CONFIG" ] || refuse "no configuration at $AMT_CONFIG; give another --config"
amt_missing=$(eval "${AMT_SETUP:-:}" > /dev/null 2>&1 && find_program && echo "$amt_missing") || amt_missing="AMT_SETUP failed: $AMT_SETUP"
[ -z "$amt_missing" ] || refuse "$amt_missing"
has_dataset=false
if [ -e "$dataset/manifest.json" ]; then has_dataset=true; fi
$has_dataset || [ -e "$corpus" ] || refuse "no corpus at $corpus, and no dataset at $dataset"
for number in AMT_PREPARE_NODES AMT_PREPARE_RANKS_PER_NODE AMT_TRAIN_NODES AMT_SOCKETS_PER_NODE \
  AMT_TRAIN_CPUS_PER_RANK AMT_WARNING_SECONDS AMT_MAX_FAILURES; do
  [[ ${!number} =~ ^[1-9][0-9]*$ ]] || refuse "$number is '${!number}'; give a number above 0 in jobs/site.conf"
done
[[ $AMT_GPUS_PER_NODE =~ ^[0-9]+$ ]] || refuse "AMT_GPUS_PER_NODE is '$AMT_GPUS_PER_NODE'; give a number in jobs/site.conf"

declare -A ids  # job ids by name
# submit NAME OPTION... SCRIPT ARGUMENT...: submits a job and stores its id; in a dry run, prints
# the command.
submit() {
  local name=$1 words=() id
  shift
  read -ra words <<< "$AMT_SBATCH_OPTIONS"
  local command=(sbatch --parsable "--job-name=amt-$name" "--output=$run_dir/jobs/$name-%j.log"
    --export=ALL ${AMT_ACCOUNT:+"--account=$AMT_ACCOUNT"} ${AMT_QOS:+"--qos=$AMT_QOS"} "${words[@]}" "$@")
  if $dry_run; then
    printf '%q ' "${command[@]}"
    echo
    ids[$name]=${name^^}_ID
    return
  fi
  id=$("${command[@]}") || { say "sbatch refused the job $name" >&2; cancel_submitted; exit 1; }
  ids[$name]=${id%%;*}  # sbatch prints ID;CLUSTER if there are several clusters
  echo "$name ${ids[$name]}  log: $run_dir/jobs/$name-${ids[$name]}.log"
}
# Cancels the jobs submitted so far: either all three jobs are submitted or none.
cancel_submitted() { if [ ${#ids[@]} -gt 0 ]; then scancel "${ids[@]}"; fi; }

$dry_run || mkdir -p "$run_dir/jobs"
after_prepare=()
if $has_dataset; then
  say "the dataset $dataset is complete: nothing to prepare"
else
  read -ra words <<< "$AMT_PREPARE_OPTIONS"
  submit prepare "--nodes=$AMT_PREPARE_NODES" "--ntasks-per-node=$AMT_PREPARE_RANKS_PER_NODE" \
    --cpus-per-task=1 "--time=$AMT_PREPARE_TIME" ${AMT_PREPARE_MEMORY:+"--mem=$AMT_PREPARE_MEMORY"} \
    ${AMT_CPU_PARTITION:+"--partition=$AMT_CPU_PARTITION"} \
    "$AMT_JOBS_DIR/prepare.sbatch" "$corpus" "$dataset" "${words[@]}"
  after_prepare=("--dependency=afterok:${ids[prepare]}")
fi

compute=("--cpus-per-task=$AMT_TRAIN_CPUS_PER_RANK" ${AMT_TRAIN_MEMORY:+"--mem=$AMT_TRAIN_MEMORY"}
  ${AMT_GPU_PARTITION:+"--partition=$AMT_GPU_PARTITION"})
if [ "$AMT_GPUS_PER_NODE" -gt 0 ]; then
  separator="="
  case $AMT_GPU_REQUEST in gres=*) separator=: ;; esac
  compute+=("--ntasks-per-node=$AMT_GPUS_PER_NODE" "--$AMT_GPU_REQUEST$separator$AMT_GPUS_PER_NODE")
else
  compute+=("--ntasks-per-node=$AMT_SOCKETS_PER_NODE")
fi
submit train "--nodes=$AMT_TRAIN_NODES" "${compute[@]}" "--time=$AMT_TRAIN_TIME" \
  "--signal=B:USR1@$AMT_WARNING_SECONDS" "${after_prepare[@]}" \
  "$AMT_JOBS_DIR/train.sbatch" "$dataset" "$run_dir" "${train_options[@]}"
read -ra words <<< "$AMT_EVAL_OPTIONS"
submit eval --nodes=1 "${compute[@]}" "--time=$AMT_EVAL_TIME" \
  "--dependency=afterok:${ids[train]}" \
  "$AMT_JOBS_DIR/eval.sbatch" "$run_dir" "$dataset" "${words[@]}"
