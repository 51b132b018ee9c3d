#!/usr/bin/env bash
# Second step of building an image: installs amt's packages and the libraries that they depend on,
# but no compiler, in a bare system of the same kind.
# Usage (as root): jobs/container/install.sh PACKAGES
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: jobs/container/install.sh PACKAGES" >&2; exit 2; }
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$(realpath "$1")"/amt*.deb
rm -rf /var/lib/apt/lists/*
amt --version
