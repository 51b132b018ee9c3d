#!/usr/bin/env bash
# First step of building an image: builds amt's packages (.deb) from source, as root on Debian 12, a
# newer Debian, or Ubuntu.
# Usage: jobs/container/build.sh SOURCE PACKAGES [OPTION OF cmake...], e.g. -DAMT_CUDA=ON
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: jobs/container/build.sh SOURCE PACKAGES [OPTION OF cmake...]" >&2; exit 2; }
source=$(realpath "$1") packages=$(realpath -m "$2")
shift 2
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates dpkg-dev file
groups=(build)
case "$*" in *AMT_CUDA=ON*) groups+=(cuda) ;; esac
"$source/jobs/install-deps.sh" "${groups[@]}"
cmake -S "$source" -B "$source/build/image" -G Ninja -DCMAKE_BUILD_TYPE=Release -DAMT_BUILD_TESTS=OFF \
  -DCMAKE_INSTALL_PREFIX=/usr "$@"
cmake --build "$source/build/image"
mkdir -p "$packages"
cpack --config "$source/build/image/CPackConfig.cmake" -G DEB -B "$packages"
rm -rf "$packages/_CPack_Packages"
