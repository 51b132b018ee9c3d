#!/usr/bin/env bash
# Tests that amt export turns a run into a folder with the same model and a model card.
# Usage: export_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
. "$(dirname "$0")/peers.sh"
tiny_configuration 4 2 2 "keep_every = 3"
"$amt" prepare "$golden/tree" "$work/dataset" >/dev/null 2>&1
"$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" --trainer.run_dir "$work/run" 2>/dev/null

echo "exporting a run: its newest model, its settings and its curves"
expect 0 "$work/model" "$amt" export "$work/run" "$work/model" --license apache-2.0 --datasets somebody/lakh,more
[ "$(cd "$work/model" && ls)" = "$(printf '%s\n' README.md config.json generation_config.json model.safetensors \
  tensorboard)" ] || fail "other files: $(ls "$work/model")"
for file in model.safetensors config.json; do
  cmp "$work/model/$file" "$work/run/checkpoints/step-000004/$file" || fail "another $file"
done
diff -r "$work/model/tensorboard" "$work/run/tensorboard" || fail "the curves differ"
for text in 'license: "apache-2.0"' '- "somebody/lakh"' '    - type: loss' '| steps | 4 |' 'after 4 steps'; do
  grep -qF -- "$text" "$work/model/README.md" || fail "no $text"
done
! grep -qF -e "$work" -e "$(hostname)" "$work/model/README.md" || fail "the card names a folder or a host"
for folder in run model; do
  "$amt" eval "$work/$folder" "$work/dataset" --csv 2>/dev/null | cut -d, -f4- >"$work/$folder.csv"
done
cmp "$work/run.csv" "$work/model.csv" || fail "the exported model has another loss"
if imports yaml; then
  "$python" - "$work/model/README.md" <<'END' || fail "the card's metadata is wrong"
import sys, yaml
card = yaml.safe_load(open(sys.argv[1]).read().split("---\n")[1])
assert card["library_name"] == "transformers" and card["datasets"] == ["somebody/lakh", "more"], card
[result] = card["model-index"][0]["results"]
assert card["model-index"][0]["name"] == "model", card
assert {"task", "dataset", "metrics"} <= result.keys(), result
assert all(0 < metric["value"] for metric in result["metrics"]), result
END
fi

echo "exporting a checkpoint without a validation into an empty folder, and another program's model"
mkdir "$work/empty"
expect 0 "$work/empty" "$amt" export "$work/run/checkpoints/step-000003" "$work/empty/"
! grep -qE '^(license|datasets|base_model|model-index)' "$work/empty/README.md" || fail "the card has fields that were not given"
grep -qF '| steps | 3 |' "$work/empty/README.md" ||
  fail "the card states the steps of another checkpoint"
expect 0 "$work/other" "$amt" export "$golden/generation/model" "$work/other" --name "a: \"b\""
[ ! -e "$work/other/tensorboard" ] || fail "there are curves although there are no metrics"

echo "nothing is overwritten, and failures leave nothing behind"
before=$(cd "$work/model" && sha256sum *.* | sha256sum)
expect_line 2 "$work/model ... not an empty folder" "$amt" export "$work/run" "$work/model"
expect_line 2 "$work/tiny.ini" "$amt" export "$work/run" "$work/tiny.ini"
[ "$before" = "$(cd "$work/model" && sha256sum *.* | sha256sum)" ] || fail "the folder changed"
expect_line 1 "$work/none" "$amt" export "$work/none" "$work/new"
expect_line 2 "--datasets: '/data/lakh'" "$amt" export "$work/run" "$work/new" --datasets /data/lakh
(ulimit -f 20 && expect_line 1 "model.safetensors" "$amt" export "$work/run" "$work/new")
[ -z "$(compgen -G "$work/new*")" ] || fail "files are left behind: $(ls "$work")"
