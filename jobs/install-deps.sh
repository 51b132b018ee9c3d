#!/usr/bin/env bash
# Installs what amt is built from, on Debian and Ubuntu, as root or with sudo. Where neither serves,
# it names what is missing. Usage: jobs/install-deps.sh [build] [tests] [corpus] [cluster-tests] [cuda]
# (default: build)
# cluster-tests: a Slurm for the tests of the job scripts, which are skipped without; never fails.
# cuda: where a CUDA Toolkit is, what the CUDA plug-in needs besides and pip has; never fails.
set -euo pipefail
cd "$(dirname "$0")/.."

# Debian package, Spack package, a file that shows it is there (in an include, library or bin folder).
build_packages="
g++                           gcc               bin/g++
cmake                         cmake             bin/cmake
ninja-build                   ninja             bin/ninja
libopenmpi-dev                openmpi           bin/mpicxx
openmpi-bin                   openmpi           bin/mpirun
libhdf5-dev                   hdf5              include/hdf5/serial/hdf5.h
libboost-program-options-dev  boost+program_options include/boost/program_options.hpp
libdnnl-dev                   onednn            include/oneapi/dnnl/dnnl.hpp
libssl-dev                    openssl           include/openssl/evp.h
libxxhash-dev                 xxhash            include/xxhash.h
libarchive-dev                libarchive        include/archive.h
zlib1g-dev                    zlib-ng           include/zlib.h
nlohmann-json3-dev            nlohmann-json     include/nlohmann/json.hpp
"
test_packages="
iproute2                      -                 bin/ip
libgtest-dev                  googletest        include/gtest/gtest.h
libboost-context-dev          boost+context     include/boost/context/fiber.hpp
clang                         llvm              bin/clang++
libclang-rt-dev               llvm              share/doc/libclang-rt-dev/copyright
python3-mido                  py-mido           share/doc/python3-mido/copyright
"
# Real music by many instruments, for the quickstart.
corpus_packages="
openttd-openmsx               -                 share/games/openttd/baseset/openmsx/openmsx.obm
planetblupi-music-midi        -                 share/doc/planetblupi-music-midi/copyright
"

cluster_packages="
slurm-wlm                     -                 bin/slurmctld
munge                         -                 bin/mungekey
shellcheck                    -                 bin/shellcheck
"

# The headers of cudnn-frontend into build/cuda-python, where CMake looks for them. Without them, or
# without a way to get them, the plug-in has its own attention alone.
install_cudnn_frontend() {
  local environment=build/cuda-python package=nvidia-cudnn-frontend
  if ! command -v nvcc /usr/local/cuda/bin/nvcc > /dev/null; then
    echo "install-deps.sh: no CUDA Toolkit here, so nothing is installed for CUDA"
    return
  fi
  [ -n "$(compgen -G "$environment/lib/python3*/site-packages/include/cudnn_frontend.h")" ] && return
  echo "Installing: $package into $environment"
  { python3 -m venv "$environment" && "$environment/bin/pip" install --quiet --no-deps "$package"; } \
    > /dev/null 2>&1 ||
    echo "install-deps.sh: cannot install $package (pip, python3-venv); for cuDNN's attention get" \
      "it elsewhere and give cmake -DcudnnFrontend_ROOT=FOLDER" >&2
}

wanted="" with_cluster=false with_cuda=false
for group in "${@:-build}"; do
  case $group in
    build) wanted+=$build_packages ;;
    tests) wanted+=$test_packages ;;
    corpus) wanted+=$corpus_packages ;;
    cluster-tests) with_cluster=true ;;
    cuda) with_cuda=true ;;
    *)
      echo "install-deps.sh: unknown group '$group'; they are build, tests, corpus, cluster-tests and cuda" >&2
      exit 2
      ;;
  esac
done

# A dependency may also come from Spack or a module: its folders stand in these variables.
search_path="/usr:/usr/local:${CMAKE_PREFIX_PATH:-}"

is_there() {
  local file=$1 folder
  case $file in bin/*) command -v "${file#bin/}" > /dev/null && return ;; esac
  local IFS=:
  for folder in $search_path; do
    [ -n "$folder" ] || continue
    [ -e "$folder/$file" ] && return
    # Debian's multiarch folders, and a Spack hdf5, which has no serial/ folder.
    [ -n "$(compgen -G "$folder/include/*/${file#include/}")" ] && return
    [ "${file##*/}" = hdf5.h ] && [ -e "$folder/include/hdf5.h" ] && return
  done
  return 1
}

# find_missing LIST: those of its packages that are not there.
find_missing() {
  local debian spack file
  missing_debian=() missing_spack=()
  while read -r debian spack file; do
    [ -n "$debian" ] || continue
    is_there "$file" && continue
    missing_debian+=("$debian")
    [ "$spack" = - ] || missing_spack+=("$spack")
  done <<< "$1"
  [ ${#missing_debian[@]} -gt 0 ]
}

as_root=""
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
can_install() { command -v apt-get > /dev/null && $as_root true 2> /dev/null; }
install_missing() {
  echo "Installing: ${missing_debian[*]}"
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -qq
  $as_root apt-get install -y -qq --no-install-recommends "${missing_debian[@]}" > /dev/null
}

install_packages() {
  if can_install; then
    install_missing
  else
    echo "install-deps.sh: these are missing, and there is no apt-get with root rights here." >&2
    echo "  Debian, Ubuntu:  apt-get install ${missing_debian[*]}" >&2
    echo "  Spack:           spack install ${missing_spack[*]:-(none of them is in Spack)}" >&2
    exit 1
  fi
}

# The tests start daemons of their own. Debian's are kept from starting by the file that its packages ask,
# and without a slurm.conf Slurm's do not start later, either.
install_cluster() {
  local policy=/usr/sbin/policy-rc.d ours=false
  if can_install; then
    if [ ! -e $policy ]; then
      ours=true
      printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy > /dev/null
      $as_root chmod 755 $policy
    fi
    install_missing || echo "install-deps.sh: without these, tests of the job scripts are skipped" >&2
    if $ours; then $as_root rm -f $policy; fi
  else
    echo "install-deps.sh: tests of the job scripts are skipped without ${missing_debian[*]}"
  fi
}

if find_missing "$wanted"; then install_packages; fi
if $with_cluster && find_missing "$cluster_packages"; then install_cluster; fi
if $with_cuda; then install_cudnn_frontend; fi
