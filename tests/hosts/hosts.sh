# Sourced by the tests with several hosts; sources support.sh. The hosts are network namespaces
# host1, host2, ... of this machine on a bridge of their own. Each has its own address, link, host
# name and /dev/shm; they share the file system, like the nodes of a cluster. The machine's own
# network is not touched. Names contain this shell's process id, so two tests can run at the same
# time. Everything is removed at the end of the test.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/support.sh"
hosts_made=0
namespace_of() { echo "amt-$$-$1"; }

# in_network COMMAND...: runs the command on the switch, where the link to hostN is called hostN.
in_network() { ip netns exec "$(namespace_of switch)" "$@"; }

skip() {
  echo "skipped: $*"
  exit 77
}

remove_hosts() {
  local i
  for ((i = 1; i <= hosts_made; i++)); do kill_host "$i"; done
  for ((i = 1; i <= hosts_made; i++)); do ip netns del "$(namespace_of "host$i")" || true; done
  ip netns del "$(namespace_of switch)" 2>/dev/null || true
  clean_up
}

# make_hosts COUNT: creates 1 to 9 hosts.
make_hosts() {
  local i
  [ "$(id -u)" -eq 0 ] || skip "several hosts on one machine need root"
  command -v ip >/dev/null && command -v tc >/dev/null ||
    skip "ip and tc are missing (jobs/install-deps.sh tests)"
  trap remove_hosts EXIT
  ip netns add "$(namespace_of switch)" 2>"$work/err" || skip "network namespaces: $(cat "$work/err")"
  unshare -u -m true 2>/dev/null || skip "host name and mount namespaces are not allowed here"
  in_network ip link add bridge0 type bridge 2>"$work/err" || skip "a bridge: $(cat "$work/err")"
  in_network ip link set bridge0 up
  cp /etc/hosts "$work/etc-hosts"
  for ((i = 1; i <= $1; i++)); do make_host "$i"; done
  write_agents
}

make_host() {
  local name
  name=$(namespace_of "host$1")
  ip netns add "$name"
  hosts_made=$1
  in_network ip link add "host$1" type veth peer name eth0 netns "$name"
  in_network ip link set "host$1" master bridge0 up
  ip -n "$name" address add "10.77.0.$1/24" dev eth0
  ip -n "$name" link set eth0 up
  ip -n "$name" link set lo up
  echo "10.77.0.$1 host$1" >>"$work/etc-hosts"
}

# Creates two scripts. "enter HOST COMMAND..." runs the command on that host. "agent HOST WORD..."
# does so for
# mpirun: its words form one shell command, it is a process on host1 like ssh, and it exits like
# ssh. If there is a file mounts.HOST, it is run on the host first, to change what only this host
# sees.
write_agents() {
  mkdir -p "$work/tmp"  # for Open MPI's session folders, which it may leave behind
  cat >"$work/enter" <<END
#!/bin/sh
host=\$1
shift
exec ip netns exec $(namespace_of "")\$host unshare -u -m -- sh -c '
  hostname "\$0" && mount -t tmpfs tmpfs /dev/shm && mount --bind "$work/etc-hosts" /etc/hosts || exit 1
  if [ -e "$work/mounts.\$0" ]; then . "$work/mounts.\$0"; fi
  exec "\$@"' "\$host" "\$@"
END
  cat >"$work/agent" <<END
#!/bin/sh
host=\$1
shift
"$work/enter" "\$host" sh -c "\$*" || exit 255
END
  chmod +x "$work/enter" "$work/agent"
  export TMPDIR=$work/tmp OMPI_MCA_plm_rsh_agent=$work/agent PRTE_MCA_plm_ssh_agent=$work/agent
  export OMPI_MCA_mpi_yield_when_idle=1  # Open MPI does not know that the hosts share their cores
  export OMPI_MCA_btl_tcp_if_include=10.77.0.0/24 OMPI_MCA_oob_tcp_if_include=10.77.0.0/24
  export PRTE_MCA_prte_if_include=10.77.0.0/24 PRTE_MCA_oob_tcp_keepalive_time=0  # see docs/cluster.md
}

# on_hosts COUNT RANKS COMMAND...: runs mpirun on host1, with the ranks assigned to hosts in blocks,
# for at most two minutes. Replaces the shell, so in the background $! is the process of `timeout`,
# which passes on mpirun's exit code.
on_hosts() {
  local count=$1 ranks=$2 slots list="" i
  shift 2
  slots=$(((ranks + count - 1) / count))
  for ((i = 1; i <= count; i++)); do list+=${list:+,}host$i:$slots; done
  exec timeout -k 10 120 "$work/enter" host1 mpirun --host "$list" -n "$ranks" "$@"
}

processes_of() { ip netns pids "$(namespace_of "host$1")" 2>/dev/null; }

# amt_processes: prints the ids of all amt processes on all hosts, one per line.
amt_processes() {
  local i pid
  for ((i = 1; i <= hosts_made; i++)); do
    for pid in $(processes_of "$i"); do
      [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != amt ] || echo "$pid"
    done
  done
}

# kill_host NUMBER: kills all processes on the host, as if it had lost power.
kill_host() {
  local pids
  pids=$(processes_of "$1")
  [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
}

cut_link() { in_network ip link set "host$1" down; }

# restore_link NUMBER: restores the link and makes the hosts forget that they could not reach each
# other, which would otherwise make new connections fail for a while.
restore_link() {
  local i
  in_network ip link set "host$1" up
  for ((i = 1; i <= hosts_made; i++)); do ip -n "$(namespace_of "host$i")" neighbour flush dev eth0; done
}

# shape_links RATE COUNT: limits the bandwidth of each host in each direction; RATE as in tc.
shape_links() {
  local i
  for ((i = 1; i <= $2; i++)); do
    in_network tc qdisc replace dev "host$i" root tbf rate "$1" burst 64kb latency 200ms
    ip netns exec "$(namespace_of "host$i")" \
      tc qdisc replace dev eth0 root tbf rate "$1" burst 64kb latency 200ms
  done
}

unshape_links() {
  local i
  for ((i = 1; i <= hosts_made; i++)); do
    in_network tc qdisc del dev "host$i" root 2>/dev/null || true
    ip netns exec "$(namespace_of "host$i")" tc qdisc del dev eth0 root 2>/dev/null || true
  done
}

# link_bytes NUMBER: prints the bytes that the host has sent since it was created.
link_bytes() { in_network cat "/sys/class/net/host$1/statistics/rx_bytes"; }
