#!/usr/bin/env bash
# Starts one of several ranks that share a GPU, for the tests of NCCL:
#   mpirun -n 2 tests/cuda/gpu_ranks.sh build/release/tests/gpu_test --gtest_filter='*Ranks*'
# NCCL refuses two ranks on the same device of a host. Therefore each rank gets a host identity of
# its own, and they communicate through sockets on the loopback device. Results are correct, but
# speed is meaningless.
set -euo pipefail
(($# > 0)) || { sed -n '2,5p' "$0" >&2; exit 2; }
export NCCL_HOSTID="rank${OMPI_COMM_WORLD_RANK:?is not set: start this under mpirun}"
export NCCL_SOCKET_IFNAME=lo NCCL_IB_DISABLE=1 NCCL_MAX_CTAS=2
exec timeout -k 10 "${AMT_GPU_RANKS_SECONDS:-300}" "$@"
