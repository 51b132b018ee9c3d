# Sourced by the tests of hangs, after tests/cli/support.sh.
limit=6  # watchdog in seconds; long enough for MPI to start on a loaded machine
allowed=90  # seconds beside the watchdog's limit, for the training before the fault and for the end

# hurt FAULT RANKS COMMAND...: runs the command with a fault (see faults.cpp) on one of the ranks.
# It must end by itself within the allowed time, and leave no process behind.
hurt() {
  local fault=$1 ranks=$2 code=0
  shift 2
  timeout -k 5 $((limit + allowed + 10)) mpirun -n "$ranks" -x AMT_FAULT="$fault" \
    -x LD_PRELOAD="$faults" "$@" --watchdog $limit >"$work/out" 2>"$work/err" || code=$?
  [ $code -ne 124 ] && [ $code -ne 137 ] || fail "$fault: the job did not end by itself"
  for _ in $(seq 50); do
    [ -n "$(pgrep -f -- "$work/")" ] || break
    sleep 0.1
  done
  ! pgrep -af -- "$1 .*$work/" || fail "$fault: processes are left behind"
  return $code
}

# ended CODE WHO FAULT RANKS COMMAND...: checks that the job ends with CODE and one error line, from
# a rank that matches the pattern WHO.
ended() {
  local code=$1 who=$2 got=0
  shift 2
  hurt "$@" || got=$?
  [ $got -eq "$code" ] || fail "$1: exit code $got instead of $code"
  [ "$(grep -c 'amt: error: ' "$work/err")" -eq 1 ] || fail "$1: not exactly one error line"
  grep 'amt: error: ' "$work/err" | grep -qE "\\[rank $who on " || fail "$1: the error is not from rank $who"
}

# waited: checks that the error names the MPI call in which the rank waited for others.
# busy: checks that the error names no MPI call.
waited() { grep 'amt: error: ' "$work/err" | grep -q "MPI_" || fail "the MPI call is not named"; }
busy() { ! grep 'amt: error: ' "$work/err" | grep "MPI_" || fail "the error names an MPI call"; }
