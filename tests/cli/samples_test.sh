#!/usr/bin/env bash
# Tests the samples that a run generates during training: they exist, are the same again after a
# kill, and do not affect training.
# Usage: samples_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
tiny_configuration 7 2 3 "keep_every = 3" "[trainer]" "seed = 5" "mp = f32"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1

train() { # RUN RANKS [OPTION...]: trains a tiny model
  mpirun -n "$2" "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" --trainer.run_dir "$work/$1" \
    "${@:3}" 2>"$work/err"
}
same_training() { # A B: checks that both runs have the same losses
  cmp <(losses "$1") <(losses "$2") || fail "$1 and $2 have different losses"
  for file in model.safetensors optimizer.h5; do
    cmp "$work/$1/checkpoints/step-000007/$file" "$work/$2/checkpoints/step-000007/$file" || fail "another $file"
  done
}

for ranks in 1 2; do
  echo "on $ranks ranks: samples every second step and at the end, with the losses of a run without samples"
  train plain$ranks $ranks || fail "training failed"
  train music$ranks $ranks --trainer.steps_per_sample 2 || fail "training with samples failed"
  same_training plain$ranks music$ranks
  [ "$(cd "$work/music$ranks/samples" && echo *)" = "$(echo step-00000{2,4,6,7}.{mid,svg})" ] ||
    fail "samples: $(ls "$work/music$ranks/samples")"
  [ ! -e "$work/plain$ranks/samples" ] || fail "unexpected samples"
done
cmp -s "$work/music1/samples/step-000002.mid" "$work/music1/samples/step-000007.mid" && fail "the samples did not change during training"

echo "the report shows the newest samples"
cp "$work/music1/report.html" "$work/report.html"
"$amt" report "$work/music1" >/dev/null
cmp "$work/report.html" "$work/music1/report.html" || fail "the run's own report differs"
[ "$(grep -o 'samples/step-0000[0-9]*.mid' "$work/report.html" | tr '\n' ' ')" = \
  "samples/step-000007.mid samples/step-000006.mid samples/step-000004.mid " ] ||
  fail "the report does not show the newest three samples"
[ "$(grep -c '<path fill="none"' "$work/report.html")" -ge 3 ] ||
  fail "the report shows no piano rolls"

echo "after a kill, a resumed run generates the same samples again"
cp -r "$work/music1" "$work/again"
rm -r "$work/again/checkpoints/step-00000"{6,7}
echo broken >"$work/again/samples/step-000004.mid"
rm "$work/again/samples/step-000002.mid"
train again 1 --trainer.steps_per_sample 2 || fail "resuming failed"
same_training plain1 again
diff -r "$work/music1/samples" "$work/again/samples" | grep -v 'Only in .*music1.* step-000002.mid' && fail "the samples differ"

echo "samples are refused for models that cannot generate music"
"$amt" prepare "$golden/tree" "$work/interarrival" --interarrival >/dev/null 2>&1
expect_line 2 "--trainer.steps_per_sample ... vocabulary" "$amt" train --config "$work/tiny.ini" --data.dataset \
  "$work/interarrival" --trainer.run_dir "$work/new" --trainer.steps_per_sample 2
[ ! -e "$work/new" ] || fail "a refused run left a folder"
expect_line 2 "--trainer.steps_per_sample" "$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" \
  --trainer.run_dir "$work/new" --trainer.steps_per_sample -1
