# Sourced after hosts.sh: runs small jobs on several hosts. Needs $amt and $golden. The model is
# tiny except for its embedding, because of which each step sums 3.5 MB of gradients.
tiny_configuration 8 6 4 "save_interval = 0.01s" "keep_every = 4"

# prepare_on HOSTS RANKS DATASET [OPTION...]: prepares the golden corpus; replaces the shell.
prepare_on() {
  on_hosts "$1" "$2" "$amt" prepare "$golden/tree" "$work/$3" --augment 60 --rows-per-shard 500 "${@:4}"
}

# train_on HOSTS RANKS RUN [OPTION...]: trains on $work/dataset; replaces the shell.
train_on() {
  on_hosts "$1" "$2" "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/$3" "${@:4}"
}

# train_here RANKS RUN: does the same on this machine alone.
train_here() {
  mpirun -n "$1" "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
    --trainer.run_dir "$work/$2"
}

# same_training RUN OTHER: checks that losses and checkpoints of both runs are the same, bit for
# bit.
same_training() {
  local last=checkpoints/step-000008 file
  diff <(losses "$1") <(losses "$2") || fail "$1 has different losses than $2"
  for file in model.safetensors optimizer.h5; do
    cmp "$work/$1/$last/$file" "$work/$2/$last/$file" || fail "$1 and $2 ended with different $file"
  done
}

# start COMMAND...: starts the command in the background as $job, with its stderr in $work/err.
start() {
  ("$@") >"$work/out" 2>"$work/err" &
  job=$!
}

# finish: waits for the job and sets $code to its exit code.
finish() {
  code=0
  wait "$job" || code=$?
}

# all_gone SECONDS: checks that the job and all amt processes end by themselves within that time.
all_gone() {
  local tenths
  for ((tenths = 0; tenths < $1 * 10; tenths++)); do
    [ -n "$(amt_processes)" ] || kill -0 "$job" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "processes still exist after $1 s: amt $(amt_processes), mpirun $job"
}

# wait_for WHAT CONDITION...: waits until the condition is true; fails if the job ends first.
wait_for() {
  local what=$1
  shift
  until "$@"; do
    kill -0 "$job" 2>/dev/null || fail "the job ended before: $what"
    sleep 0.02
  done
}

# Slow links make sums and exchanges take nearly all of a job's time, so the jobs below are
# interrupted during one of them.
has_sent() { [ "$(link_bytes 2)" -ge "$1" ]; }

# in_exchange: waits until the job, prepare on 2 hosts, has exchanged some of its rows.
in_exchange() {
  wait_for "the exchange" has_sent $(($(link_bytes 2) + 2000000))
  compgen -G "$work/*.partial/amt-prepare-in-use" >/dev/null || fail "the job does not tokenise yet"
}

has_lines() { [ "$( (cat "$2" 2>/dev/null || true) | wc -l)" -ge "$1" ]; }

# in_sum RUN: waits until the job, training on 2 hosts, has a checkpoint and is in the sum of a
# later step.
in_sum() {
  wait_for "a checkpoint" [ -e "$work/$1/checkpoints/latest" ]
  wait_for "step 4" has_lines 4 "$work/$1/metrics.jsonl"
  wait_for "a sum" has_sent $(($(link_bytes 2) + 1000000))
}

# prepared_again: checks that prepare on 2 hosts left no dataset "cut-off", and that a restart
# writes the same bytes as "all".
prepared_again() {
  [ ! -e "$work/cut-off" ] || fail "a dataset was left behind"
  (prepare_on 2 2 cut-off) >"$work/out" 2>"$work/err" || fail "restarting prepare failed"
  diff -r "$work/all" "$work/cut-off" || fail "the bytes differ from those of an undisturbed run"
  [ ! -e "$work/cut-off.partial" ] || fail "files are left behind"
}

# trained_again RUN: checks that the run resumes when it is restarted on 2 hosts, and ends like
# "whole".
trained_again() {
  (train_on 2 2 "$1") >"$work/out" 2>"$work/err" || fail "restarting training failed"
  resumed_from "$work/$1/checkpoints/step-00000" "$work/err" ||
    fail "the run started from the beginning"
  same_training "$1" whole
}
