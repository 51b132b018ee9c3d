#!/usr/bin/env bash
# Tests which device is chosen, reported or refused for each --device, with a fake plug-in.
# Usage: device_choice_test.sh AMT GOLDEN_FOLDER FAKE_PLUGIN
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
fake=$(realpath "$3")
. "$(dirname "$0")/../cli/support.sh"
. "$(dirname "$0")/../cli/tiny_run.sh"
plugins=$(dirname "$fake")
sed -i '/peak_flops/d' "$work/tiny.ini"
tiny=("$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset"
  --trainer.num_train_steps 1 --trainer.train_batch_size 6 --trainer.steps_per_eval 2)

# train RANKS RUN [OPTION...]: trains in a new folder $work/RUN.
train() {
  rm -rf "$work/$2"
  mpirun -n "$1" "${tiny[@]}" --trainer.run_dir "$work/$2" "${@:3}"
}
# by_rank RANKS 'NAME=$OMPI_COMM_WORLD_RANK' RUN [OPTION...]: trains with a variable that depends on
# the rank.
by_rank() {
  rm -rf "$work/$3"
  mpirun -n "$1" bash -c "export $2; exec \"\$@\"" - "${tiny[@]}" --trainer.run_dir "$work/$3" "${@:4}"
}
said() { mentions "$1" "$work/err" || fail "did not print '$1'"; }
silent_on() { ! grep -qF -e "$1" "$work/err" || fail "says '$1'"; }
said_once() { [ "$(grep -c "amt: error" "$work/err")" -eq 1 ] || fail "several ranks report the same error"; }
finished() { [ "$(cat "$work/$1/checkpoints/latest")" = step-000001 ] || fail "$1 did not finish"; }

[ "$(nm -D --defined-only "$fake" | wc -l)" -eq 1 ] ||
  fail "a plug-in exports more than its entry point"

echo "--device cuda without a GPU: one line, exit code 1, nothing written"
echo "no library" >"$work/text.so"
refused() {
  expect_line 1 "GPU ... $2" env AMT_CUDA_PLUGIN="$1" "${tiny[@]}" \
    --trainer.run_dir "$work/refused" --device cuda
  said "--device cpu"
  [ ! -e "$work/refused" ] || fail "a refused run left a folder"
}
refused /nowhere/plugin.so "AMT_CUDA_PLUGIN ... /nowhere/plugin.so, "
refused "$work/text.so" "$work/text.so: "
refused "$plugins/libamt_not_a_plugin.so" "$plugins/libamt_not_a_plugin.so ... amt_cuda_plugin"
refused "$plugins/libamt_old_plugin.so" "$plugins/libamt_old_plugin.so ... different sources"
refused "$fake" "the fake has no device"
expect 1 "AMT_CUDA_PLUGIN ... none" train 3 refused --device cuda
said_once
expect_line 1 "--device cpu" "${tiny[@]}" --trainer.run_dir "$work/refused" --device cuda --dry-run

echo "without a GPU, auto uses the CPU and explains why"
expect 0 "no GPU ... AMT_CUDA_PLUGIN ... none" train 1 plain
expect 0 "# device: cpu; ... AMT_CUDA_PLUGIN ... none" "${tiny[@]}" \
  --trainer.run_dir "$work/refused" --dry-run
export AMT_CUDA_PLUGIN=$fake
expect 0 "no GPU ... the fake has no device" train 2 plain
expect 0 "CUDA plug-in fake CUDA; the fake has no device; $fake" "$amt" --version
AMT_CUDA_PLUGIN=/nowhere expect 0 "CUDA plug-in none: AMT_CUDA_PLUGIN ... /nowhere" "$amt" --version

echo "unknown device names"
for option in --device --trainer.device --trainer.attention; do
  expect_line 2 "${option##*[-.]}: 'gpu' " "${tiny[@]}" --trainer.run_dir "$work/refused" $option gpu
done
expect_line 2 "--device: 'gpu' ... auto, cuda or cpu" "$amt" eval "$work/plain" "$work/dataset" --device gpu
expect_line 2 "--trainer.profile_steps: '2:1' " "${tiny[@]}" --trainer.run_dir "$work/refused" \
  --trainer.profile_steps 2:1

export AMT_FAKE_DEVICES=3
echo "one GPU per rank, and the plug-in's reducer"
for ranks in 1 2 3; do
  expect 0 "fake: device $((ranks - 1)), attention 0" train $ranks gpu
  finished gpu
  [ "$(grep -c "fake: device" "$work/err")" -eq $ranks ] || fail "not one device per rank on $ranks ranks"
  [ "$(grep -c "fake: reducer" "$work/err")" -eq $((ranks > 1 ? ranks : 0)) ] || fail "reducers"
  silent_on "ranks share a GPU"
  said "peak 989.4 TFLOP/s"
  grep -q '"mfu":[0-9]' "$work/gpu/metrics.jsonl" || fail "no mfu for a known GPU"
done
expect 0 "# device: cuda" "${tiny[@]}" --trainer.run_dir "$work/refused" --dry-run --device cuda

echo "ranks that share a GPU use MPI for sums"
for devices in 1 2; do
  export AMT_FAKE_DEVICES=$devices
  expect 0 "ranks share a GPU" train 3 shared --device cuda
  finished shared
  silent_on "fake: reducer"
  said "summed by mpi"
done
expect 0 "fake: reducer of rank 1" by_rank 2 'NCCL_HOSTID=$OMPI_COMM_WORLD_RANK' shared
silent_on "ranks share a GPU"

echo "all ranks must use the same kind of device"
expect 0 "no GPU ... the fake has no device ... rank 1 of 2 " \
  by_rank 2 'AMT_FAKE_DEVICES=$((1 - OMPI_COMM_WORLD_RANK))' mixed
silent_on "fake: device"
expect 1 "the fake has no device ... rank 1 of 2 " \
  by_rank 2 'AMT_FAKE_DEVICES=$((1 - OMPI_COMM_WORLD_RANK))' mixed --device cuda
said_once
[ ! -e "$work/mixed" ] || fail "a refused run left a folder"

echo "options reach the plug-in"
expect 0 "fake: device 0, attention 2" train 1 gpu --trainer.attention plain \
  --trainer.num_train_steps 2 --trainer.profile_steps 1:2
[ "$(grep "fake: profile" "$work/err" | tr '\n' ,)" = "fake: profile on,fake: profile off," ] ||
  fail "profile_steps did not switch the profiler on and off"
AMT_FAKE_NAME="NVIDIA X1" expect 0 "peak unknown (--trainer.peak_flops)" train 1 gpu
grep -q '"mfu":null' "$work/gpu/metrics.jsonl" || fail "mfu for an unknown GPU"
grep -qF '"deterministic",' "$work/gpu/run.json" || fail "run.json does not state whether the run is deterministic"
said "deterministic 1"
expect 0 "fake: device 0, attention 0, deterministic 0" train 1 gpu --trainer.deterministic false
tr -d ' \n' <"$work/gpu/run.json" | grep -qF '["deterministic","false"]' || fail "run.json"
expect 0 "--trainer.profile_steps ... CPU" train 1 plain --device cpu \
  --trainer.profile_steps 0:1
silent_on "fake:"
expect 0 "no GPU ... bf16, ... --trainer.mp ... f32" train 1 plain --trainer.mp f32
expect_line 2 "--trainer.device cuda ... bf16" "${tiny[@]}" \
  --trainer.run_dir "$work/refused" --device cuda --trainer.mp f32
expect 0 "fake: device 0" "$amt" eval "$work/plain" "$work/dataset"
expect 0 "loss, nats per token" "$amt" eval "$work/plain" "$work/dataset" --device cpu
silent_on "fake:"

echo "slow attention is reported once, before the run folder is created; missing attention is an error"
expect 0 "amt: warning: cuDNN lacks it; ... twenty times" by_rank 3 \
  'AMT_FAKE_SLOW_ATTENTION="cuDNN lacks it"' slow
[ "$(grep -c "cuDNN lacks it" "$work/err")" -eq 1 ] || fail "several ranks report the same"
said "fake: attention of 1 rows of"
said "and its gradient"
expect 0 "amt: warning: cuDNN lacks it ... rank 2 of 3 ... twenty times" by_rank 3 \
  'AMT_FAKE_SLOW_ATTENTION=$(((OMPI_COMM_WORLD_RANK == 2)) && echo "cuDNN lacks it" || true)' slow
AMT_FAKE_NO_ATTENTION="no way" expect 1 "no way" train 3 refused
said_once
[ ! -e "$work/refused" ] || fail "a refused run left a folder"
AMT_FAKE_SLOW_ATTENTION="cuDNN lacks it" expect 0 "amt: warning: cuDNN lacks it" \
  "$amt" eval "$work/plain" "$work/dataset"
silent_on "and its gradient"

echo "a run can resume on another device"
expect 0 "trained 2 steps" "${tiny[@]}" --trainer.run_dir "$work/plain" --trainer.num_train_steps 2 \
  --trainer.attention plain --trainer.mp auto --device cuda

echo "the micro-batch depends on free memory, and a resumed run keeps it"
open=("${tiny[@]}" --trainer.per_device_parallelism auto --trainer.run_dir "$work/open")
expect 0 "per_device_parallelism 6 was chosen" "${open[@]}" --trainer.num_train_steps 1
grep -q "per_device_parallelism = 6" "$work/open/config.ini" || fail "config.ini"
sed -i 's/^per_device_parallelism = .*/per_device_parallelism = 2/' "$work/open/config.ini"
expect 0 "per_device_parallelism 2 was chosen" "${open[@]}" --trainer.num_train_steps 2

echo "the GPU's free memory counts, and gradient checkpointing is used only if needed"
deep=(--trainer.per_device_parallelism -1 --model.num_layers 12 --model.hidden_dim 64)
# needs OPTION...: prints the MiB that a dry run estimates, to within 12 MiB.
needs() {
  "${tiny[@]}" "${deep[@]}" --trainer.run_dir "$work/refused" --dry-run "$@" 2>/dev/null |
    sed -n 's/^# memory: \([0-9.]* [MG]\)iB .*/\1/p' |
    awk '{ print int($1 * ($2 == "G" ? 1024 : 1)) }'
}
plain=$(needs --model.gradient_checkpointing false)
checkpointed=$(needs --model.gradient_checkpointing true)
[ "$plain" -gt $((checkpointed + 50)) ] || fail "$plain and $checkpointed MiB"
export AMT_FAKE_FREE=$(((plain + checkpointed) / 2 << 20))
expect 0 "gradient_checkpointing true ... chosen" train 1 deep "${deep[@]}"
grep -q "gradient_checkpointing = true" "$work/deep/config.ini" || fail "config.ini"
expect 0 "gradient_checkpointing true ... chosen" "${tiny[@]}" "${deep[@]}" \
  --trainer.run_dir "$work/refused" --dry-run
expect 1 "gradient_checkpointing true" train 1 refused "${deep[@]}" \
  --model.gradient_checkpointing false
said " free, ... 6 rows; ... --trainer.per_device_parallelism "
[ ! -e "$work/refused" ] || fail "a refused run left a folder"
export AMT_FAKE_FREE=1000000
expect 1 "NVIDIA H200" train 1 refused "${deep[@]}"
said "one row"
silent_on "--trainer.per_device_parallelism"
AMT_FAKE_FREE=$(((plain + 12) << 20)) expect 0 "fake: device 0" train 1 deep "${deep[@]}"
silent_on "gradient_checkpointing"
AMT_FAKE_DEVICES=1 AMT_FAKE_FREE=$(((plain + 12) << 20)) expect 1 "2 ranks ... NVIDIA H200 of" train 2 refused \
  "${deep[@]}" --model.gradient_checkpointing false
echo "all passed"
