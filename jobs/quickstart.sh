#!/usr/bin/env bash
# Trains and evaluates a small model on MIDI files and generates music with it, on this machine:
# installs missing packages (as root or with sudo), builds amt, and runs amt prepare, train, eval
# and generate.
#
# Usage: jobs/quickstart.sh [CORPUS] [-- OPTION OF amt prepare...]
#
# CORPUS is a folder of MIDI files, e.g. the unpacked lmd_full of the Lakh MIDI dataset, or a .tar,
# .tar.gz or .zip of one. The default is music for many instruments from two Debian packages.
#
# All output is in runs/quickstart, or runs/quickstart-CORPUS, and can be removed;
# AMT_QUICKSTART_DIR sets another folder. After an interruption, run the same command again to
# continue. A dataset or model that the quickstart has not made from the same corpus with the same
# options is left alone.
set -euo pipefail
jobs=$(dirname "$(realpath "$0")")
# shellcheck source=jobs/help.sh
. "$jobs/help.sh"
# shellcheck source=jobs/folders.sh
. "$jobs/folders.sh"
# shellcheck source=jobs/quickstart_folder.sh
. "$jobs/quickstart_folder.sh"
refuse() { echo "quickstart.sh: $*" >&2; exit 2; }
step() { current=$1; printf '\n== %s (%d s)\n' "$1" $((SECONDS - started)); }

again=(${AMT_QUICKSTART_DIR:+"AMT_QUICKSTART_DIR=$AMT_QUICKSTART_DIR"} "$0" "$@")  # printed after an interruption
corpus="" prepare_options=()
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) print_help "$0"; exit 0 ;;
    --) prepare_options=("${@:2}"); break ;;
    -*) refuse "unknown option $1; options of amt prepare go after -- (--help)" ;;
    "") refuse "the corpus argument is empty" ;;
    *) [ -z "$corpus" ] || refuse "give only one corpus, not both $corpus and $1"; corpus=$1 ;;
  esac
  shift
done
if [ -n "$corpus" ]; then check_corpus "$corpus" "${prepare_options[*]}"; corpus=$(realpath "$corpus"); fi
run_dir=${AMT_QUICKSTART_DIR:+$(realpath -m "$AMT_QUICKSTART_DIR")}
cd "$jobs/.."
if [ -z "$run_dir" ]; then run_dir=$(usual_folder "$corpus"); fi
check_folder "$run_dir" "$corpus"

# By default, the test split consists of the files whose MD5 begins with f. In the default corpus
# this is only one file, so c is added.
if [ -z "$corpus" ] && [ ${#prepare_options[@]} -eq 0 ]; then prepare_options=(--test-digits cf); fi
case " ${prepare_options[*]} " in
  *" --augment"* | *" --interarrival "*) ;;
  *) prepare_options=(--augment 10 "${prepare_options[@]}") ;;
esac
ranks=2 started=$SECONDS current=""
if [ -n "$corpus" ]; then claim_folder "$run_dir" "$corpus" "${prepare_options[*]}"; fi
trap 'code=$?; [ $code = 0 ] || [ $code = 2 ] || echo "quickstart.sh: ended in the step \"$current\" with exit code $code;" \
  "run the same command again to continue:$(printf " %q" "${again[@]}")" >&2' EXIT

step "Installing missing packages"
if [ -n "$corpus" ]; then jobs/install-deps.sh build; else jobs/install-deps.sh build corpus; fi
. jobs/environment.sh
if [ -z "$corpus" ]; then
  corpus=$(default_corpus "$run_dir")
  claim_folder "$run_dir" "$corpus" "${prepare_options[*]}"
fi

build=$PWD/build/release
if ! can_build "$build"; then
  echo "$(why_not "$build"): building in $run_dir/build"
  build=$run_dir/build
fi
step "Building in $build"
mkdir -p "$build"
exec 8< "$build"
flock 8 2> /dev/null || true  # waits for another quickstart that is building here; does nothing on a file system without locks
fresh=(-DAMT_BUILD_TESTS=OFF)
if [ -e "$build/CMakeCache.txt" ]; then fresh=(); fi  # a developer's build folder keeps its options
cmake --preset release -G Ninja -B "$build" "${fresh[@]}" > "$build/configure.log" 2>&1 ||
  { cat "$build/configure.log"; exit 1; }
cmake --build "$build" --target amt
exec 8<&-
amt=$build/bin/amt dataset=$run_dir/dataset model=$run_dir/model

step "amt prepare: $corpus"
echo "all output is in $run_dir"
if [ -e "$dataset/manifest.json" ]; then
  echo "the dataset is complete: nothing to prepare"
else
  mpirun -n "$ranks" "$amt" prepare "$corpus" "$dataset" "${prepare_options[@]}"
fi

# rows SPLIT: prints the number of rows in the dataset's split.
rows() { sed -n "/\"$1\": {/,/}/s/^ *\"rows\": \([0-9]*\),*\$/\1/p" "$dataset/manifest.json" | head -n 1; }
more="see \"amt prepare --help\" for the options --valid-... and --test-..., which go after --"
if [ "$(rows train)" = 0 ]; then
  echo "quickstart.sh: the corpus has no music for the training split; $more" >&2
  exit 1
fi

step "amt train"
if [ -e "$model/checkpoints/latest" ]; then echo "$model resumes from $(cat "$model/checkpoints/latest")"; fi
mpirun -n "$ranks" "$amt" train --config configs/nano.ini --data.dataset "$dataset" --trainer.run_dir "$model"

step "amt eval"
for split in valid test; do
  rm -f "$run_dir/eval-$split.csv"
  if [ "$(rows $split)" = 0 ]; then
    echo "the corpus has no music for the $split split: nothing to evaluate; $more"
  else
    echo "$split: all rows"
    mpirun -n "$ranks" "$amt" eval "$model" "$dataset" --split $split --csv > "$run_dir/eval-$split.csv"
  fi
done

step "amt generate"
case " ${prepare_options[*]} " in
  *" --interarrival "*) echo "amt generates music only with the arrival encoding" ;;
  *) . jobs/quickstart_music.sh ;;
esac

step "Done"
. jobs/quickstart_summary.sh
