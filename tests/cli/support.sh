# Sourced by the command line tests. Sets $work, a folder that is removed at the end of the test,
# and the environment variables that mpirun needs on a small machine and as root.
work=$(mktemp -d)
trap clean_up EXIT

# Ends background processes, which would otherwise create the folder again and keep ctest waiting.
clean_up() {
  local job
  for job in $(jobs -p); do kill -TERM "$job" 2>/dev/null || true; done  # lets mpirun end its ranks
  for _ in $(seq 50); do
    [ -n "$(jobs -pr)" ] || break
    sleep 0.1
  done
  for job in $(jobs -p); do kill -KILL "$job" 2>/dev/null || true; done
  rm -rf "$work"
}
# A killed mpirun leaves its session folder behind; here, it is removed together with $work.
export TMPDIR=$work/.tmp
mkdir -m 1777 "$TMPDIR"
. "$(dirname "${BASH_SOURCE[0]}")/../../jobs/environment.sh"
export OMP_NUM_THREADS=1
# These tests expect the CPU's results, even on a machine with a GPU.
export AMT_CUDA_PLUGIN=none

fail() {
  echo "FAILED: $*" >&2
  cat "$work"/err >&2 || true
  exit 1
}

# mentions TEXT FILE...: checks that a line contains TEXT, in which " ... " matches anything. Tests
# give only what must be in a line (option, file, rank or number), so the wording can change.
mentions() {
  local pattern
  pattern=$(sed 's/[][\\.*^$]/\\&/g; s/ \\\.\\\.\\\. /.*/g' <<<"$1")
  grep -qe "$pattern" "${@:2}"
}

# expect CODE TEXT COMMAND...: checks that the command exits with CODE and prints TEXT on stdout or
# stderr.
expect() {
  local code=$1 text=$2 got=0
  shift 2
  "$@" >"$work/out" 2>"$work/err" || got=$?
  [ "$got" -eq "$code" ] || fail "exit code $got instead of $code: $*"
  mentions "$text" "$work/out" "$work/err" || fail "did not print '$text': $*"
}

# expect_line CODE TEXT COMMAND...: also checks that stderr has only one line.
expect_line() {
  expect "$@"
  [ "$(wc -l <"$work/err")" -eq 1 ] || fail "more than one line on stderr: ${*:3}"
}

# resumed_from CHECKPOINT FILE: checks that, according to the log FILE, training started from
# CHECKPOINT. The message about the last checkpoint is worded differently, so it does not match.
resumed_from() { mentions " from $1" "$2"; }

# tiny_configuration STEPS BATCH STEPS_PER_EVAL [LINE...]: writes $work/tiny.ini for a tiny model
# that trains on one row at a time. The lines are keys of [checkpointer], or a section and its keys.
tiny_configuration() {
  printf '%s\n' "[model]" "hidden_dim = 16" "num_heads = 2" "num_layers = 1" \
    "[trainer]" "num_train_steps = $1" "train_batch_size = $2" "steps_per_eval = $3" \
    "per_device_parallelism = 1" "max_eval_batches = 1" "learning_rate = 1e-2" \
    "[checkpointer]" "${@:4}" >"$work/tiny.ini"
}

# wait_for_lines COUNT FILE: waits until the file has at least COUNT lines.
wait_for_lines() {
  for _ in $(seq 1200); do
    [ "$( (cat "$2" 2>/dev/null || true) | wc -l)" -ge "$1" ] && return
    sleep 0.05
  done
  fail "$2 did not reach $1 lines in time"
}

# losses RUN: prints '{"step":3,"loss":4.1' or '{"step":3,"valid_loss":4.2' for each step and
# validation.
losses() { grep -o '^{"step":[0-9]*,"[a-z_]*loss":[^,}]*' "$work/$1/metrics.jsonl"; }

# ended_well PID: waits for an mpirun whose ranks were killed, and returns whether it succeeded. It
# gets a minute, because Open MPI 4.1 has been observed to wait forever for a rank that was killed
# while connecting.
ended_well() {
  for _ in $(seq 600); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null
}
