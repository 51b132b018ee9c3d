#!/usr/bin/env bash
# Creates amt's container image by the steps of jobs/container/Dockerfile, but in chroots, and uses
# it in the ways that jobs/container/README.md describes, with namespaces in place of Docker and
# Apptainer. The results must equal those of an amt outside the image. This is not a CTest test,
# because it needs root, the package debootstrap, Debian's mirrors, 4 GB of disk and up to an hour.
#
# Usage: tests/tools/container_in_chroot.sh FOLDER [AMT]
#
# FOLDER  contains the systems and must be removed by hand; the base system is created only once
# AMT     the program outside the image (default: build/release/bin/amt). It must have been built
#         with Debian 12's compiler and libraries, because the bytes of trained models are compared
#
# AMT_MIRROR sets Debian's mirror; resolv.conf is copied from the host. AMT_CCACHE sets a folder for
# a compiler cache that all systems share; ccache is then installed as well.
set -euo pipefail
project=$(realpath "$(dirname "$0")/../..")
# shellcheck source=jobs/help.sh
. "$project/jobs/help.sh"
# shellcheck source=tests/tools/chroot.sh
. "$project/tests/tools/chroot.sh"
if wants_help "$@"; then print_help "$0"; exit 0; fi
[ $# -eq 1 ] || [ $# -eq 2 ] || refuse "usage: container_in_chroot.sh FOLDER [AMT] (--help)"
outside=$(realpath -m "${2:-$project/build/release/bin/amt}")
[ -x "$outside" ] || refuse "no amt at $outside; build it (README.md), or give its path as the second argument"
use_folder "$1"
# shellcheck source=tests/cli/support.sh
. "$project/tests/cli/support.sh"
recipe=$project/jobs/container

# The Dockerfile's first stage: builds the packages in a system with a compiler.
build_packages() {
  system=$folder/build
  if [ ! -d "$system" ]; then copy_system base build && install_ccache; fi
  rm -rf "$system/source" "$system/packages"
  mkdir "$system/source"
  git -C "$project" archive HEAD | tar -x -C "$system/source"
  inside /source/jobs/container/build.sh /source /packages -DAMT_CUDA=OFF
}

# The Dockerfile's second stage: installs the packages in a bare system.
make_image() {
  system=$folder/image
  rm -rf "$system"
  copy_system base image
  cp -r "$folder/build/packages" "$system/packages"
  cp "$recipe/install.sh" "$system/packages/"
  inside /packages/install.sh /packages
  rm -r "$system/packages"
}

# image COMMAND...: runs the command as `docker run -v "$PWD:/work" --entrypoint COMMAND` does, with
# the variables that the Dockerfile sets.
image() {
  local variables binds=("$PWD:work") system=$folder/image
  read -ra variables <<< "$(sed -n '/^ENV/,/[^\\]$/{s/^ENV//; s/\\$//; p}' "$recipe/Dockerfile" | tr '\n' ' ')"
  mkdir -p "$system/work"
  inside env --chdir=/work "${variables[@]}" OMP_NUM_THREADS=1 "$@"
}

# The ways to start amt on two ranks. The folders "image" and "other" contain the same image, for two
# containers. In the image, only the variables that amt.def sets configure Open MPI.
read -ra exec <<< "env $(sed -n 's/^  export //p' "$recipe/amt.def" | tr '\n' ' ') $project/tests/tools/chroot_exec.sh"
outside() { mpirun -n 2 "$outside" "$@"; }
docker() { image mpirun -n 2 amt "$@"; }
apptainer() { (unset "${!OMPI_MCA_@}" && "${exec[@]}" "$folder/image" mpirun -n 2 amt "$@"); }
hybrid() { mpirun -n 1 "${exec[@]}" "$folder/image" amt "$@" : -n 1 "${exec[@]}" "$folder/other" amt "$@"; }
# Without shared memory, which Open MPI 4 cannot use between two processes with the same number.
isolated() {
  local exec=("${exec[@]}" --pid)
  OMPI_MCA_btl=self,tcp hybrid "$@"
}

# try WAY: prepares, trains and evaluates in this way, without any output of Open MPI's own.
try() {
  mkdir "$1"
  "$1" prepare tree "$1/dataset" > out 2> err || fail "$1: prepare"
  "$1" train --config tiny.ini --data.dataset "$1/dataset" --trainer.run_dir "$1/run" > out 2>> err || fail "$1: train"
  "$1" eval "$1/run" "$1/dataset" --split valid --subsample 50 > out 2>> err || fail "$1: eval"
  grep -v "^checkpoint " out > "$1/table"  # that line contains the run's path
  ! grep -iE "warning|open ?mpi|pmix|orte" err || fail "$1: Open MPI prints messages"
}

# same_as_outside WAY: compares the results with those outside the image.
same_as_outside() {
  local file
  diff -r outside/dataset "$1/dataset" > err || fail "$1: the dataset differs"
  for file in model.safetensors optimizer.h5; do
    cmp {outside,"$1"}/run/checkpoints/step-000004/$file 2> err || fail "$1: the checkpoint differs"
  done
  diff outside/table "$1/table" > err || fail "$1: the evaluation differs"
}

make_base
build_packages
make_image
rm -rf "$folder/other"
copy_system image other
cd "$work"
cp -r "$project/tests/data/golden/tree" tree
tiny_configuration 4 2 2 "save_interval = 1000"

echo "the image has amt with its version, manual and configurations, but no compiler"
expect 0 "$(git -C "$project" rev-parse HEAD)" image amt --version
expect 0 "prepare" image amt --help
for file in man/man1/amt-train.1 amt/configs/lakh-small.ini amt/jobs/submit.sh bash-completion/completions/amt; do
  [ -s "$(echo "$folder/image/usr/share/$file"*)" ] || fail "no /usr/share/$file"
done
expect 127 "" image c++ --version

echo "two ranks outside the image, for comparison"
try outside
echo "mpirun in the image, as with Docker"
try docker
same_as_outside docker
image amt generate docker/run new.mid --seconds 2 > out 2> err || fail "generate"
[ -s new.mid ] || fail "no music was generated"
echo "mpirun in the image, as with Apptainer"
try apptainer
same_as_outside apptainer
echo "mpirun outside, with one rank in each of two containers"
try hybrid
same_as_outside hybrid
echo "the same, with containers that do not see each other's processes"
try isolated
same_as_outside isolated
echo "Slurm, with srun and with mpirun (tests/jobs/slurm_launchers_test.sh)"
printf '#!/bin/sh\nexec %s "$@"\n' "${exec[*]} $folder/image amt" > amt
chmod +x amt
code=0
"$project/tests/jobs/slurm_launchers_test.sh" amt . > out 2> err || code=$?
case $code in
  0) ;;
  77) cat out ;;  # "skipped" and the reason
  *) fail "$(cat out)" ;;
esac
echo "all passed"
