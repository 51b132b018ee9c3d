# Sourced by the scripts that start mpirun on one machine. Open MPI refuses to run as root, or with
# more ranks than cores, unless told to. The first is common in a container, the second on a laptop.
# Nothing here changes the number of ranks.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_rmaps_base_oversubscribe=1
# amt divides the cores among the ranks itself; binding two ranks to the same core would halve their
# speed.
export OMPI_MCA_hwloc_base_binding_policy=none
# A single machine needs no remote shell, and a minimal installation may not have one.
export OMPI_MCA_plm_rsh_agent=${OMPI_MCA_plm_rsh_agent:-false}
