# Sourced after support.sh. Creates a tiny dataset, and a run on it that is killed once. Needs $amt
# and $golden.
tiny_configuration 20 2 5 "keep_every = 4" "[trainer]" "peak_flops = 1e11"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1

# Trains on two ranks in $work/run; replaces the shell, so $! is mpirun's process.
train_tiny() {
  exec mpirun -n 2 "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/run"
}

# Kills the run with SIGKILL after step 6 or later, when there is a checkpoint, and resumes it. The
# log of the second start is in $work/restart.
train_killed_once() {
  local pid
  (train_tiny) 2>"$work/err" &
  pid=$!
  wait_for_lines 7 "$work/run/metrics.jsonl"
  kill -9 $(pgrep -P $pid)
  wait $pid && fail "a killed run succeeded"
  (train_tiny) 2>"$work/restart" || fail "resuming after a kill failed"
}
