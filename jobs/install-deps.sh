#!/usr/bin/env bash
# Installs the packages needed to build amt on Debian and Ubuntu, as root or with sudo, which may
# ask for a password. If nothing is missing, it does nothing; if it cannot install, it lists the
# packages.
#
# Usage: jobs/install-deps.sh [build] [tests] [gates] [bench] [corpus] [cluster-tests] [peers] [cuda]
#   build          compilers and libraries; the default
#   tests          additional packages for the tests
#   gates          other vendors' libraries, for the scripts in tests/gates
#   bench          what the benchmarks need in addition
#   corpus         music for jobs/quickstart.sh
#   cluster-tests  shellcheck and, for root, Slurm; tests that need them are otherwise skipped.
#                  Never fails, and never asks for a password
#   peers          transformers, TensorBoard and mido in build/peers, for tests that compare amt
#                  with them. Never fails, and never asks for a password
#   cuda           headers for the CUDA plug-in, from pip, if there is a CUDA Toolkit. Never fails
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=jobs/help.sh
. jobs/help.sh
# shellcheck source=jobs/root_rights.sh
. jobs/root_rights.sh

# Each line: the package's names in Debian, Spack and Fedora, and a file whose existence shows that
# it is installed. The file is below a folder such as /usr and may contain wildcards; bin/X is also
# searched for on PATH.
build_packages="
g++                           gcc               gcc-c++           bin/g++
cmake                         cmake             cmake             bin/cmake
ninja-build                   ninja             ninja-build       bin/ninja
libopenmpi-dev                openmpi           openmpi-devel     bin/mpicxx
openmpi-bin                   openmpi           openmpi           bin/mpirun
libhdf5-dev                   hdf5              hdf5-devel        include/hdf5/serial/hdf5.h
libboost-program-options-dev  boost+program_options boost-devel   lib/libboost_program_options*.so
libdnnl-dev                   onednn            onednn-devel      include/oneapi/dnnl/dnnl.hpp
libssl-dev                    openssl           openssl-devel     include/openssl/evp.h
libxxhash-dev                 xxhash            xxhash-devel      include/xxhash.h
libarchive-dev                libarchive        libarchive-devel  include/archive.h
zlib1g-dev                    zlib-ng           zlib-devel        include/zlib.h
nlohmann-json3-dev            nlohmann-json     json-devel        include/nlohmann/json.hpp
libfmt-dev                    fmt               fmt-devel         include/fmt/core.h
"
test_packages="
iproute2                      -                 iproute           bin/ip
libgtest-dev                  googletest        gtest-devel       include/gtest/gtest.h
libboost-context-dev          boost+context     boost-devel       lib/libboost_context*.so
clang                         llvm              clang             bin/clang++
libclang-rt-dev               llvm              compiler-rt       lib/clang/*/lib/*/libclang_rt.fuzzer*
clang-format                  llvm              clang-tools-extra bin/clang-format
clang-tidy                    llvm              clang-tools-extra bin/clang-tidy
python3-mido                  py-mido           python3-mido      lib/python3*/*-packages/mido/__init__.py
python3-yaml                  py-pyyaml         python3-pyyaml    lib/python3*/*-packages/yaml/__init__.py
"
# Other vendors' MPI and HDF5, and a library that clang needs, for the scripts in tests/gates.
gate_packages="
libomp-dev                    -                 -                 lib/llvm-*/lib/libomp.so
libmpich-dev                  -                 -                 bin/mpicxx.mpich
mpich                         -                 -                 bin/mpiexec.mpich
libhdf5-openmpi-dev           -                 -                 include/hdf5/openmpi/hdf5.h
"
bench_packages="
libbenchmark-dev              benchmark         google-benchmark-devel include/benchmark/benchmark.h
git                           git               git               bin/git
make                          gmake             make              bin/make
python3-venv                  -                 python3           lib/python3*/ensurepip/__init__.py
"
# Music with many instruments, for the quickstart.
corpus_packages="
openttd-openmsx               -                 -                 share/games/openttd/baseset/openmsx/openmsx.obm
planetblupi-music-midi        -                 -                 share/doc/planetblupi-music-midi/copyright
"
shell_packages="
shellcheck                    -                 ShellCheck        bin/shellcheck
"
slurm_packages="
slurm-wlm                     -                 slurm-slurmctld   bin/slurmctld
munge                         -                 munge             bin/mungekey
"

peer_packages="
python3-torch                 py-torch          python3-torch     lib/python3*/*-packages/torch/__init__.py
python3-venv                  -                 python3           lib/python3*/ensurepip/__init__.py
"

# Installs the headers of cudnn-frontend into build/cuda-python, where CMake looks for them. Without
# them, the plug-in has only its own attention kernels.
install_cudnn_frontend() {
  local environment=build/cuda-python package=nvidia-cudnn-frontend
  if ! command -v nvcc /usr/local/cuda/bin/nvcc > /dev/null; then
    echo "install-deps.sh: no CUDA Toolkit found, so nothing is installed for CUDA"
    return
  fi
  [ -n "$(compgen -G "$environment/lib/python3*/site-packages/include/cudnn_frontend.h")" ] && return
  echo "Installing: $package into $environment"
  { python3 -m venv "$environment" && "$environment/bin/pip" install --quiet --no-deps "$package"; } \
    > /dev/null 2>&1 ||
    echo "install-deps.sh: cannot install $package (pip, python3-venv); for cuDNN's attention," \
      "get it elsewhere and pass -DcudnnFrontend_ROOT=FOLDER to cmake" >&2
}

# Installs Transformers, TensorBoard and mido into build/peers, where the tests look for them.
# Prefers Debian's PyTorch, which is a tenth of the size of pip's with its CUDA libraries, and uses
# pip's only if Debian's cannot be installed.
install_peers() {
  local environment=build/peers python=python3 packages=(tensorboard safetensors numpy mido==1.2.10 transformers)
  [ -e "$environment/complete" ] && return
  if find_missing "$peer_packages"; then install_quietly || true; fi
  if [ -x /usr/bin/python3 ]; then python=/usr/bin/python3; fi  # Debian's packages are built for it
  case $("$python" -c "import torch; print(torch.__version__)" 2> /dev/null) in
    "") packages+=(torch) ;;
    1.*) packages[-1]="transformers<4.46" ;;  # later versions need PyTorch 2
  esac
  echo "Installing: ${packages[*]} into $environment"
  { "$python" -m venv --system-site-packages "$environment" &&
    "$environment/bin/pip" install --quiet "${packages[@]}" && touch "$environment/complete"; } > /dev/null 2>&1 ||
    echo "install-deps.sh: cannot install these packages (pip, python3-venv); tests that need them are skipped, unless" \
      "AMT_PYTHON is set to a Python that has them" >&2
}

wanted="" optional="" with_cuda=false with_peers=false
for group in "${@:-build}"; do
  case $group in
    --help | -h) print_help jobs/install-deps.sh; exit 0 ;;
    build) wanted+=$build_packages ;;
    tests) wanted+=$test_packages ;;
    gates) wanted+=$gate_packages ;;
    bench) wanted+=$bench_packages ;;
    corpus) wanted+=$corpus_packages ;;
    cluster-tests)
      optional+=$shell_packages
      if [ "$(id -u)" = 0 ]; then optional+=$slurm_packages; fi  # slurmd needs root
      ;;
    peers) with_peers=true ;;
    cuda) with_cuda=true ;;
    *)
      echo "install-deps.sh: unknown group '$group'; use build, tests, gates, bench, corpus, cluster-tests, peers, cuda" \
        "(--help)" >&2
      exit 2
      ;;
  esac
done

# Dependencies may also come from Spack or an environment module, which set these variables.
search_path="/usr:/usr/local:${CMAKE_PREFIX_PATH:-}"

is_there() {
  local file=$1 folder
  case $file in bin/*) command -v "${file#bin/}" > /dev/null && return ;; esac
  local IFS=:
  for folder in $search_path; do
    [ -n "$folder" ] || continue
    [ -n "$(compgen -G "$folder/$file")" ] && return
    case $file in
      bin/*) [ -e "$folder/s$file" ] && return ;;  # sbin is not on every user's PATH
      # Compiled Boost libraries, whose headers are in another package, in Debian's and Fedora's
      # folders.
      lib/*.so) [ -n "$(compgen -G "$folder/lib/*/${file#lib/}"; compgen -G "$folder/lib64/${file#lib/}")" ] && return ;;
      # Debian's multiarch folders, and Spack's hdf5, which has no serial/ folder.
      include/*)
        [ -n "$(compgen -G "$folder/include/*/${file#include/}")" ] && return
        [ "${file##*/}" = hdf5.h ] && [ -e "$folder/include/hdf5.h" ] && return
        ;;
    esac
  done
  return 1
}

# add_once LIST NAME: adds NAME to an array, unless it is "-" or already there.
add_once() {
  local -n list=$1
  [ "$2" = - ] || [[ " ${list[*]} " == *" $2 "* ]] || list+=("$2")
}

# find_missing LIST: finds the packages in the list that are not installed.
find_missing() {
  local debian spack fedora file
  missing_debian=() missing_spack=() missing_fedora=()
  while read -r debian spack fedora file; do
    [ -n "$debian" ] || continue
    is_there "$file" && continue
    missing_debian+=("$debian")
    add_once missing_spack "$spack"
    add_once missing_fedora "$fedora"
  done <<< "$1"
  [ ${#missing_debian[@]} -gt 0 ]
}

# name_missing REASON: prints the missing packages for several systems, and exits.
name_missing() {
  echo "install-deps.sh: these packages are missing, and $1" >&2
  echo "  Debian, Ubuntu:  apt-get install ${missing_debian[*]}" >&2
  echo "  Fedora:          dnf install ${missing_fedora[*]:-(none of them is in Fedora)}" >&2
  echo "  Spack:           spack install ${missing_spack[*]:-(none of them is in Spack)}" >&2
  exit 1
}

install_wanted() {
  command -v apt-get > /dev/null || name_missing "there is no apt-get"
  with_asking || name_missing "$no_root"
  apt_install "${missing_debian[@]}" || name_missing "could not be installed; the reason is above"
}

install_quietly() { command -v apt-get > /dev/null && without_asking && apt_install "${missing_debian[@]}"; }

install_optional() {
  install_quietly && return
  echo "install-deps.sh: tests of the job scripts are skipped without ${missing_debian[*]}"
}

if find_missing "$wanted"; then install_wanted; fi
if find_missing "$optional"; then install_optional; fi
if $with_peers; then install_peers; fi
if $with_cuda; then install_cudnn_frontend; fi
