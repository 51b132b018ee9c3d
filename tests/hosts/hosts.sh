# Sourced by the tests of several hosts; sources support.sh. The hosts are network namespaces host1, host2,
# ... of this machine on a bridge of their own; each has its own address, link, host name and /dev/shm, and
# shares the file system, as the nodes of a cluster do. Nothing of it touches the machine's own network,
# and names hold this shell's id, so that two tests may run at once. All goes away with the test.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/support.sh"
hosts_made=0
namespace_of() { echo "amt-$$-$1"; }

# in_network COMMAND...: on the switch, where the link to hostN is called hostN.
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

# make_hosts COUNT: 1 to 9 of them.
make_hosts() {
  local i
  [ "$(id -u)" -eq 0 ] || skip "several hosts on one machine take root"
  command -v ip >/dev/null && command -v tc >/dev/null ||
    skip "ip and tc are missing (jobs/install-deps.sh tests)"
  trap remove_hosts EXIT
  ip netns add "$(namespace_of switch)" 2>"$work/err" || skip "network namespaces: $(cat "$work/err")"
  unshare -u -m true 2>/dev/null || skip "namespaces of names and mounts are not allowed here"
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

# "enter HOST COMMAND...": the command on that host. "agent HOST WORD...": the same for mpirun, whose
# words are one shell command; it is a process of host1, as ssh would be, and ends as ssh does. A file
# mounts.HOST is run on the host first: what it alone sees.
write_agents() {
  mkdir -p "$work/tmp"  # of Open MPI's sessions, which it may leave behind
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
  export TMPDIR=$work/tmp OMPI_MCA_plm_rsh_agent=$work/agent
  export OMPI_MCA_mpi_yield_when_idle=1  # Open MPI does not know that the hosts share their cores
  export OMPI_MCA_btl_tcp_if_include=10.77.0.0/24 OMPI_MCA_oob_tcp_if_include=10.77.0.0/24
}

# on_hosts COUNT RANKS COMMAND...: mpirun on host1, the ranks dealt in blocks, for two minutes at most.
# Replaces the shell, so that in the background $! is mpirun's limit, which passes its exit code on.
on_hosts() {
  local count=$1 ranks=$2 slots list="" i
  shift 2
  slots=$(((ranks + count - 1) / count))
  for ((i = 1; i <= count; i++)); do list+=${list:+,}host$i:$slots; done
  exec timeout -k 10 120 "$work/enter" host1 mpirun --host "$list" -n "$ranks" "$@"
}

processes_of() { ip netns pids "$(namespace_of "host$1")" 2>/dev/null; }

# amt_processes: of all hosts, one id for each line.
amt_processes() {
  local i pid
  for ((i = 1; i <= hosts_made; i++)); do
    for pid in $(processes_of "$i"); do
      [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != amt ] || echo "$pid"
    done
  done
}

# kill_host NUMBER: all of its processes, as if its power were gone.
kill_host() {
  local pids
  pids=$(processes_of "$1")
  [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
}

cut_link() { in_network ip link set "host$1" down; }

# restore_link NUMBER: and the hosts forget that they did not find each other, as they soon would: until
# then a connection may be refused at once.
restore_link() {
  local i
  in_network ip link set "host$1" up
  for ((i = 1; i <= hosts_made; i++)); do ip -n "$(namespace_of "host$i")" neighbour flush dev eth0; done
}

# shape_links RATE COUNT: what each of these hosts receives, and sends, per second at most, in tc's words.
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

# link_bytes NUMBER: what that host has sent since it was made.
link_bytes() { in_network cat "/sys/class/net/host$1/statistics/rx_bytes"; }
