# Sourced after support.sh: a tiny dataset, and a run on it that is killed once. Needs $amt, $golden.
tiny_configuration 20 2 5 "keep_every = 4" "[trainer]" "peak_flops = 1e11"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1

# On two ranks, into $work/run; replaces the shell, so that $! is mpirun.
train_tiny() {
  exec mpirun -n 2 "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/run"
}

# Killed with kill -9 after step 6 at least, so after a checkpoint; what the second start says is in
# $work/restart.
train_killed_once() {
  local pid
  (train_tiny) 2>"$work/err" &
  pid=$!
  wait_for_lines 7 "$work/run/metrics.jsonl"
  kill -9 $(pgrep -P $pid)
  wait $pid && fail "a killed run ended well"
  (train_tiny) 2>"$work/restart" || fail "resuming after a kill"
}
