#!/usr/bin/env bash
# Cuts the link to one of two hosts during prepare's exchange and during training's sums. The
# watchdog must end all processes on both hosts, one line must name the place, and the restarted job
# must end with the same bytes. With keep-alive messages, mpirun itself must notice.
# Usage: link_cut_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/small_job.sh"
make_hosts 2
watchdog=5  # seconds

# mpirun tells the lost host to end its ranks, and waits until the kernel gives up on that message:
# 13 s with this number of retries, 15 minutes with the default. The ranks' own connections outlast
# the watchdog's limit.
for host in host1 host2; do
  ip netns exec "$(namespace_of $host)" sh -c 'echo 5 >/proc/sys/net/ipv4/tcp_retries2' 2>/dev/null ||
    skip "settings in network namespaces cannot be changed"
done

# all_ends CODE: checks that all processes end at most 30 s after the watchdog's limit, and mpirun
# with CODE.
all_ends() {
  cut_link 2
  all_gone $((watchdog + 30))
  finish
  [ "$code" -eq "$1" ] || fail "exit code $code instead of $1"
  restore_link 2
  unshape_links
}

# watchdog_ends WHERE: checks that the first host reports the reason in one line that matches WHERE.
watchdog_ends() {
  local line
  all_ends 76
  [ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "not exactly one error line"
  line=$(grep 'amt: error' "$work/err")
  [[ $line =~ "[rank 0 of 2 on host1] "$1 ]] || fail "the error line does not match: $1"
}

echo "the link is cut in prepare's exchange"
"$amt" prepare "$golden/tree" "$work/all" --augment 60 --rows-per-shard 500 >/dev/null 2>&1
shape_links 20mbit 2
start prepare_on 2 2 cut-off --watchdog ${watchdog}s
in_exchange
watchdog_ends '.* MPI_'
prepared_again

echo "the link is cut in training"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1
(train_on 2 2 whole) >"$work/out" 2>"$work/err" || fail "the undisturbed run failed"
shape_links 20mbit 2
start train_on 2 2 cut --watchdog ${watchdog}s
in_sum cut
watchdog_ends '.* step [2-7], '
trained_again cut

# Open MPI 5.0.7 reports the lost host, too, but then ends with 0 (docs/cluster.md).
if ! mpirun --version | grep -q "(Open MPI) 4"; then
  echo "all passed; keep-alive messages are only for Open MPI 4"
  exit 0
fi
echo "the link is cut in training, with keep-alive messages between the hosts"
rm -r "$work/cut"
shape_links 20mbit 2
export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=2
start train_on 2 2 cut --watchdog 60s
in_sum cut
all_ends 205
grep -q "lost communication" "$work/err" && grep -q host2 "$work/err" || fail "mpirun does not report the reason"
trained_again cut
echo "all passed"
