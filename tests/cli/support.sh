# Sourced by the tests of the command line. Sets $work, a folder that goes away with the test, and what
# mpirun needs on a small machine and as root.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "${BASH_SOURCE[0]}")/../../jobs/environment.sh"
export OMP_NUM_THREADS=1
# The CPU's results are what these tests know, on a machine with a GPU, too.
export AMT_CUDA_PLUGIN=none

fail() {
  echo "FAILED: $*" >&2
  cat "$work"/err >&2 || true
  exit 1
}

# expect CODE TEXT COMMAND...: the command ends with CODE and says TEXT on one of its streams.
expect() {
  local code=$1 text=$2 got=0
  shift 2
  "$@" >"$work/out" 2>"$work/err" || got=$?
  [ "$got" -eq "$code" ] || fail "exit code $got instead of $code: $*"
  grep -qF -e "$text" "$work/out" "$work/err" || fail "does not say '$text': $*"
}

# expect_line CODE TEXT COMMAND...: the same, and that error is the only line on stderr.
expect_line() {
  expect "$@"
  [ "$(wc -l <"$work/err")" -eq 1 ] || fail "more than one line on stderr: ${*:3}"
}

# wait_for_lines COUNT FILE: until the file has that many lines.
wait_for_lines() {
  for _ in $(seq 1200); do
    [ "$( (cat "$2" 2>/dev/null || true) | wc -l)" -ge "$1" ] && return
    sleep 0.05
  done
  fail "$2 never had $1 lines"
}

# losses RUN: a line '{"step":3,"loss":4.1' or '{"step":3,"valid_loss":4.2' for each step and validation.
losses() { grep -o '^{"step":[0-9]*,"[a-z_]*loss":[^,}]*' "$work/$1/metrics.jsonl"; }

# ended_well PID: waits for an mpirun whose ranks were killed, and says whether it succeeded. Open MPI 4.1's
# was seen to wait for ever for a rank that was killed while it connected: it is given a minute.
ended_well() {
  for _ in $(seq 600); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null
}
