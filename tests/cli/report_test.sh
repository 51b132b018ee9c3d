#!/usr/bin/env bash
# Tests what a training run shows its user: report.html and amt report, progress after a restart,
# and the TensorBoard files of a run whose ranks were killed.
# Usage: report_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
. "$(dirname "$0")/tiny_run.sh"

echo "a run whose ranks are killed, then resumes"
train_killed_once
run=$work/run
grep -q "<td>steps done</td><td>20 of 20</td>" "$run/report.html" || fail "report.html does not have all steps"
for member in model_flops_per_second mfu memory_bytes; do
  [ "$(grep -c "\"$member\":[0-9]" "$run/metrics.jsonl")" -eq 20 ] || fail "$member"
done
[ "$(ls "$run/tensorboard" | grep -c '^events.out.tfevents.')" -eq 2 ] ||
  fail "there is not one event file per start"
resumed_from "$run/checkpoints/step-0000" "$work/restart" ||
  fail "the run started from the beginning"

echo "amt report writes the same page"
cp "$run/report.html" "$work/report.html"
rm "$run/report.html"
expect 0 "$run/report.html" "$amt" report "$run"
cmp "$run/report.html" "$work/report.html" || fail "amt report writes another page"
expect 0 "$work/loss.svg" "$amt" report "$run" --svg "$work/loss.svg"
grep -q '^<svg xmlns="http://www.w3.org/2000/svg"' "$work/loss.svg" ||
  fail "loss.svg is not an SVG file"
cmp "$run/report.html" "$work/report.html" || fail "--svg changed the report"
expect 0 "$work/metrics.csv" "$amt" report "$run" --csv "$work/metrics.csv"
[ "$(wc -l <"$work/metrics.csv")" -eq 21 ] || fail "metrics.csv"
[ "$("$amt" report "$run" --csv /dev/stdout)" = "$(cat "$work/metrics.csv")" ] || fail "the CSV on standard output differs"

echo "log lines can begin with the time, and a log file has no escape codes"
expect 1 "amt: error: " env AMT_LOG_TIMES=1 "$amt" report "$work/nowhere"
grep -qE '^20[0-9-]{8} [0-9:]{8} .*amt: error: ' "$work/err" ||
  fail "the line does not begin with the time"
! grep -q $'\033' "$work/restart" || fail "the log file contains escape codes"

echo "the report of a run from an older version"
mkdir "$work/old"
head -n 3 "$run/metrics.jsonl" | sed 's/,"model_flops.*/}/' >"$work/old/metrics.jsonl"
printf '{"step":3,"lo' >>"$work/old/metrics.jsonl"
expect 0 "1 line ... $work/old/metrics.jsonl" "$amt" report "$work/old"
grep -q "<td>steps done</td><td>3</td>" "$work/old/report.html" ||
  fail "the old run's report is wrong"

echo "mistakes"
expect_line 2 "RUN ... missing" "$amt" report
expect_line 1 "$work/nowhere ... metrics.jsonl" "$amt" report "$work/nowhere"
expect_line 2 "--svg ... --csv" "$amt" report "$run" --svg "$work/x" --csv "$work/y"
expect_line 1 "$work/no/x.svg" "$amt" report "$run" --svg "$work/no/x.svg"
echo '{"format":"amt-run"}' >"$work/old/run.json"
expect 1 "$work/old/run.json: version " "$amt" report "$work/old"
expect 2 "trainer.peak_flops ... 0" "$amt" train --config "$work/tiny.ini" \
  --data.dataset "$work/dataset" --trainer.run_dir "$work/x" --trainer.peak_flops -1
echo "all passed"
