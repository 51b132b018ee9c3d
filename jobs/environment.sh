# Sourced by the scripts that start mpirun on one machine.
# Open MPI refuses to run as root and on more ranks than cores unless told so; in a container the
# first is usual, on a laptop the second. Nothing here changes how many ranks are started.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_rmaps_base_oversubscribe=1
# Ranks share the machine by themselves; binding two of them to the same core halves their speed.
export OMPI_MCA_hwloc_base_binding_policy=none
# One machine needs no remote shell, and a bare one has none.
export OMPI_MCA_plm_rsh_agent=${OMPI_MCA_plm_rsh_agent:-false}
