#!/usr/bin/env bash
# Checks that TensorBoard reads the numbers in metrics.jsonl from the event files of a run that was
# killed and resumed. Exit status 77 (skipped) if TensorBoard is not installed.
# Usage: tensorboard_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
. "$(dirname "$0")/peers.sh"
imports tensorboard || exit 77
. "$(dirname "$0")/tiny_run.sh"
train_killed_once
"$python" - "$work/run" <<'END'
import json
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TAGS = {"train/loss": "loss", "train/learning_rate": "lr", "train/grad_norm": "grad_norm",
        "train/tokens_per_second": "tokens_per_second", "train/mfu": "mfu",
        "train/skipped": "skipped", "eval/loss": "valid_loss"}
run = sys.argv[1]
lines = [json.loads(line) for line in open(run + "/metrics.jsonl")]
events = EventAccumulator(run + "/tensorboard", size_guidance={"scalars": 0})
events.Reload()
assert sorted(events.Tags()["scalars"]) == sorted(TAGS), events.Tags()
for tag, name in TAGS.items():
    shown = [(event.step, event.value) for event in events.Scalars(tag)]
    written = [(line["step"], struct.unpack("f", struct.pack("f", line[name]))[0])
               for line in lines if name in line]
    assert shown == written, (tag, shown, written)
    print(tag, len(shown), "points")
END
echo "all passed"
