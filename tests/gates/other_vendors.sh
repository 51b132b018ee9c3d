#!/usr/bin/env bash
# Builds amt with MPICH instead of Open MPI, and with parallel instead of serial HDF5. With MPICH on
# 2 ranks, amt prepare must write the same dataset as with Open MPI.
# Usage: tests/gates/other_vendors.sh
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
. jobs/help.sh
if wants_help "$@"; then print_help tests/gates/other_vendors.sh; exit 0; fi
jobs/install-deps.sh build gates
. jobs/environment.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER ARGUMENT...: configures with these arguments and builds only amt.
build() {
  cmake -S . -B "$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DAMT_CUDA=OFF -DAMT_BUILD_TESTS=OFF "${@:2}" \
    >"$work/log" || { cat "$work/log"; exit 1; }
  grep -E "Found (MPI_CXX|HDF5)" "$work/log" || true  # CMake prints it only the first time that it configures a folder
  cmake --build "$1" --target amt
}

echo "MPICH"
build build/mpich -DMPI_CXX_COMPILER=mpicxx.mpich -DMPIEXEC_EXECUTABLE="$(command -v mpiexec.mpich)"
ldd build/mpich/bin/amt | grep libmpich || { echo "other_vendors.sh: amt is not linked with MPICH" >&2; exit 1; }
echo "HDF5 with MPI"
build build/parallel-hdf5 -DHDF5_PREFER_PARALLEL=ON
ldd build/parallel-hdf5/bin/amt | grep libhdf5_openmpi ||
  { echo "other_vendors.sh: amt is not linked with the HDF5 of libhdf5-openmpi-dev" >&2; exit 1; }

echo "2 ranks prepare the same dataset"
corpus=tests/data/golden/tree
mpiexec.mpich -n 2 build/mpich/bin/amt prepare $corpus "$work/mpich" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
# Two processes that do not belong to the same MPI job would both print this line.
[ "$(grep -c "^Time: " "$work/log")" -eq 1 ] || { echo "other_vendors.sh: these are not 2 ranks:"; cat "$work/log"; exit 1; }
mpirun.openmpi -n 2 build/parallel-hdf5/bin/amt prepare $corpus "$work/openmpi" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }
for file in "$work"/mpich/*; do cmp "$file" "$work/openmpi/$(basename "$file")"; done
build/mpich/bin/amt inspect "$work/mpich" --verify
echo "all passed"
