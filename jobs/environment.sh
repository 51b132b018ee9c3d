# Sourced by the scripts that start mpirun on one machine. Open MPI refuses to run as root, or with
# more ranks than cores, unless told to. The first is common in a container, the second on a laptop.
# Nothing here changes the number of ranks. Open MPI 5 has its own names, PRTE_MCA_..., for settings
# of mpirun, and ignores the older ones.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# ("slot:" keeps ranks spread over the hosts of --host; without it, the first host may get them all.)
export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=slot:oversubscribe
# amt divides the cores among the ranks itself; binding two ranks to the same core would halve their
# speed.
export OMPI_MCA_hwloc_base_binding_policy=none PRTE_MCA_hwloc_default_binding_policy=none
# A single machine needs no remote shell, and a minimal installation may not have one.
export OMPI_MCA_plm_rsh_agent="${OMPI_MCA_plm_rsh_agent:-false}"
export PRTE_MCA_plm_ssh_agent="${PRTE_MCA_plm_ssh_agent:-$OMPI_MCA_plm_rsh_agent}"
# On a machine with IPv4 and IPv6 addresses, Open MPI 5.0.7 pairs one kind with the other, finds that
# they cannot be reached, and prints "Unable to find reachable pairing" for each rank.
export OMPI_MCA_reachable="${OMPI_MCA_reachable:-weighted}"
