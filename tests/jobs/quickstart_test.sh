#!/usr/bin/env bash
# Tests quickstart.sh end to end, with a tiny model and stand-ins for installing and building: which
# datasets and models it touches, how it continues after an interruption, and its messages about
# wrong corpora.
# Usage: quickstart_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
source=$(realpath "$(dirname "$0")/../..")
. "$(dirname "$0")/../cli/support.sh"
. "$(dirname "$0")/stand_ins.sh"

# Creates a checkout in a folder with an awkward name. Its cmake "builds" amt by copying the tested
# program, because another user may be unable to access this checkout.
checkout="$work/check out #1"
mkdir -p "$checkout/configs" "$work/tmp dir"
cp -r "$source/jobs" "$checkout/"
tiny_configuration 6 2 2 "keep_every = 2"
cp "$work/tiny.ini" "$checkout/configs/nano.ini"
printf '#!/bin/sh\necho "$*" >>"%s"\n' "$work/installed" >"$checkout/jobs/install-deps.sh"
cp "$amt" "$work/amt"
stand_in cmake <<END
while [ \$# -gt 0 ]; do if [ "\$1" = -B ]; then mkdir -p "\$2/bin" && ln -sf "$work/amt" "\$2/bin/amt"; fi; shift; done
END
export PATH=$work/bin:$PATH TMPDIR="$work/tmp dir"
quickstart() { "$checkout/jobs/quickstart.sh" "$@"; }

mkdir "$work/my music #1" "$work/no music" "$work/more"
cp "$golden"/tree/[0-9]/*.mid "$golden"/tree/[ef]/*.mid "$work/my music #1/"
touch "$work/no music/readme.txt" "$work/song.mid"
run="$checkout/runs/quickstart-my music #1"
cd "$work"

echo "a wrong corpus is refused before anything is installed"
expect 0 "Usage: jobs/quickstart.sh [CORPUS]" quickstart --help
expect_line 2 "no my musik" quickstart "my musik"
expect_line 2 "no music ... .mid or .midi" quickstart "no music"
expect_line 2 "song.mid ... .tar" quickstart song.mid
expect_line 2 "corpus ... empty" quickstart ""
expect_line 2 "one corpus" quickstart "my music #1" more
expect_line 2 "--augment; ... --" quickstart --augment 1
[ ! -e "$work/installed" ] && [ ! -e "$checkout/runs" ] || fail "something was installed or created"

echo "from a folder of MIDI files to the table of results"
expect 0 "$run" quickstart "my music #1" -- --max-bad-fraction 0.9
for words in "first step  *[0-9]*\.[0-9][0-9]  *on 2 rows" " 2 of the [0-9]* rows" \
  "valid split.* [0-9]*\.[0-9][0-9]  *on all [0-9]* rows" "test split.* [0-9]*\.[0-9][0-9]  *on all" \
  "frequency.* [0-9]*\.[0-9][0-9] " "inspect .*my.*music.*--midi" "tensorboard --logdir" \
  "--init .*model .*model-2" "lakh-small.ini"; do
  grep -qe "$words" "$work/out" || fail "the table does not contain '$words': $(cat "$work/out")"
done
for name in song new more band mended many-{1..8} seen live; do
  [ "$(head -c 4 "$run/music/$name.mid")" = MThd ] || fail "$name.mid is not a MIDI file"
  case $name in
    new | many*) shown="^<svg" ;;  # perhaps without notes: the model has hardly learned anything
    *) shown="<path [^>]*d=\"M[0-9. ]*h" ;;  # has strokes for the notes kept from the song
  esac
  grep -q "$shown" "$run/music/$name.svg" || fail "$name.svg shows no notes"
done
[ -e "$run/music/live.txt" ] && [ -e "$run/music/many-8.txt" ] || fail "no events were saved: $(ls -l "$run/music")"
[ -z "$(ls -A "$TMPDIR")" ] || fail "files are left behind in TMPDIR: $(ls -A "$TMPDIR")"

# state FOLDER: lists every file in a dataset or model with its size and time.
state() { (cd "$1" && find . -type f ! -name 'report.html' ! -path '*/tensorboard/*' -exec stat -c '%n %s %Y' {} + | sort); }
echo "a second start does nothing, because everything exists"
state "$run/dataset" >"$work/dataset-before"
expect 0 "nothing to prepare" quickstart "my music #1" -- --max-bad-fraction 0.9
state "$run/dataset" | cmp - "$work/dataset-before" || fail "the dataset was created again"

echo "an interrupted training resumes"
rm -r "$run/model/checkpoints/step-000006"
echo step-000004 >"$run/model/checkpoints/latest"
expect 0 "step-000004" quickstart "my music #1" -- --max-bad-fraction 0.9
[ -e "$run/model/checkpoints/step-000006" ] && [ -e "$run/model/checkpoints/step-000002" ] || fail "the run did not resume from its checkpoint"

# untouched TEXT COMMAND...: checks that the command is refused with TEXT and leaves $run unchanged.
untouched() {
  state "$run" >"$work/before"
  expect_line 2 "$@"
  state "$run" | cmp - "$work/before" || fail "something in $run was touched: ${*:2}"
}
echo "another corpus, other options, or a corpus that has changed"
mkdir "$work/more/my music #1"
cp "$golden"/tree/[0-9]/*.mid "$work/more/my music #1/"
untouched "$run ... another corpus" quickstart "more/my music #1" -- --max-bad-fraction 0.9
untouched "$run ... other options" quickstart "my music #1"
cp "$golden"/mid/*.mid "my music #1/"
untouched "$run ... changed" quickstart "my music #1" -- --max-bad-fraction 0.9
(
  exec 9<"$run"
  flock 9
  untouched "another quickstart ... $run" quickstart "my music #1" -- --max-bad-fraction 0.9
)

echo "a dataset or model that quickstart.sh did not make"
for name in dataset model corpus dataset.partial; do
  mkdir -p "theirs/$name"
  touch "theirs/$name/precious"
  AMT_QUICKSTART_DIR=theirs expect_line 2 "$work/theirs/$name ... not made" quickstart "more/my music #1"
  [ "$(find theirs -type f)" = "theirs/$name/precious" ] ||
    fail "files of others were changed: $(find theirs)"
  rm -r theirs
done
AMT_QUICKSTART_DIR="more/my music #1/x" expect_line 2 "in the corpus" quickstart more

echo "an archive whose validation and test splits are empty"
tar -C "more/my music #1" -czf digits.tar.gz .
expect 0 "no music for the test split" quickstart digits.tar.gz
grep -q "valid split.*  -  .*no music" "$work/out" || fail "$(cat "$work/out")"
[ -e "$checkout/runs/quickstart-digits/model/checkpoints/latest" ] || fail "no model was trained"
echo "no music to train on"
mkdir only-test
cp "$golden"/tree/f/*.mid only-test/
expect 1 "no music for the training split" quickstart only-test
grep -q "/quickstart.sh only-test" "$work/err" || fail "the message does not explain how to resume"
echo "options of amt prepare override the quickstart's own"
AMT_QUICKSTART_DIR="in/another place" expect 1 "no music for the training split" \
  quickstart only-test -- --augment 20
grep -q "AMT_QUICKSTART_DIR=in/another.* place .*quickstart.sh only-test -- --augment 20" "$work/err" || fail "$(cat "$work/err")"
grep -q '"augment": 20' "in/another place/dataset/manifest.json" ||
  fail "--augment was not passed on"

if [ "$(id -u)" = 0 ]; then
  echo "another user, in the same checkout"
  mkdir home tmp
  cp -r "more/my music #1" locked
  touch locked/secret.mid && chmod 000 locked/secret.mid  # amt prepare must reject it
  chmod 666 installed
  chmod 755 "$work" && chown 65534 home && chmod 1777 tmp
  quickstart_of_another() {
    HOME=$work/home TMPDIR=$work/tmp setpriv --reuid=65534 --regid=65534 --clear-groups \
      "$checkout/jobs/quickstart.sh" "$@"
  }
  expect 0 "$checkout/build/release ... root: ... $work/home/amt-runs/quickstart-locked/build" \
    quickstart_of_another locked
  grep -q "^secret.mid" home/amt-runs/quickstart-locked/dataset/rejected.tsv || fail "the unreadable file is not listed"
  AMT_QUICKSTART_DIR=$run expect_line 2 "$run ... root" quickstart_of_another locked
else
  echo "skipped: another user in the same checkout (switching to one needs root)"
fi
echo "all passed"
