#!/usr/bin/env bash
# Installs what amt is built from, on Debian and Ubuntu, as root or with sudo. Where neither serves,
# it names what is missing. Usage: jobs/install-deps.sh [build] [tests] [corpus]   (default: build)
set -euo pipefail

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
libgtest-dev                  googletest        include/gtest/gtest.h
clang                         llvm              bin/clang++
libclang-rt-dev               llvm              share/doc/libclang-rt-dev/copyright
python3-mido                  py-mido           share/doc/python3-mido/copyright
"
# Real music by many instruments, for the quickstart.
corpus_packages="
openttd-openmsx               -                 share/games/openttd/baseset/openmsx/openmsx.obm
planetblupi-music-midi        -                 share/doc/planetblupi-music-midi/copyright
"

wanted=""
for group in "${@:-build}"; do
  case $group in
    build) wanted+=$build_packages ;;
    tests) wanted+=$test_packages ;;
    corpus) wanted+=$corpus_packages ;;
    *) echo "install-deps.sh: unknown group '$group'; they are build, tests and corpus" >&2; exit 2 ;;
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

missing_debian=() missing_spack=()
while read -r debian spack file; do
  [ -n "$debian" ] || continue
  is_there "$file" && continue
  missing_debian+=("$debian")
  [ "$spack" = - ] || missing_spack+=("$spack")
done <<< "$wanted"

if [ ${#missing_debian[@]} -eq 0 ]; then
  exit 0
fi

as_root=""
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
if command -v apt-get > /dev/null && $as_root true 2> /dev/null; then
  echo "Installing: ${missing_debian[*]}"
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -qq
  $as_root apt-get install -y -qq --no-install-recommends "${missing_debian[@]}" > /dev/null
else
  echo "install-deps.sh: these are missing, and there is no apt-get with root rights here." >&2
  echo "  Debian, Ubuntu:  apt-get install ${missing_debian[*]}" >&2
  echo "  Spack:           spack install ${missing_spack[*]:-(none of them is in Spack)}" >&2
  exit 1
fi
