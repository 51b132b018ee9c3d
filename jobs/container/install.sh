#!/usr/bin/env bash
# The second half: the packages into a bare system of the same kind, with the libraries that they name and no compiler.
# Usage: jobs/container/install.sh PACKAGES, as root
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: jobs/container/install.sh PACKAGES" >&2; exit 2; }
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$(realpath "$1")"/amt*.deb
rm -rf /var/lib/apt/lists/*
amt --version
