#!/usr/bin/env bash
# Tests amt inspect, and that it and the trainer report a single wrong bit in a shard.
# Usage: inspect_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
inspect() { "$amt" inspect "$@"; }

# flip FILE OFFSET: changes one bit of the byte at this offset.
flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

"$amt" prepare "$golden/tree" "$work/d" --augment 10 --rows-per-shard 200 >/dev/null 2>&1
"$amt" prepare "$golden/tree" "$work/interarrival" --interarrival >/dev/null 2>&1

echo "the summary"
expect 0 "--verify" inspect --help
expect 0 "arrival, 55028 tokens" inspect "$work/d"
expect 0 "10 copies" inspect "$work/d"
expect 0 "1,118" inspect "$work/d"
expect 0 "interarrival, 34025 tokens" inspect "$work/interarrival"

echo "mistakes"
expect_line 1 "$work/nowhere" inspect "$work/nowhere"
expect_line 1 "$work ... not a complete dataset" inspect "$work"
expect_line 2 "DATASET ... missing" inspect
expect_line 2 "1118 rows" inspect "$work/d" --row 1118
expect_line 2 "--row: '-2' ... 0 or more" inspect "$work/d" --row -2
expect_line 2 "--midi ... --row" inspect "$work/d" --midi "$work/x.mid"
expect_line 2 "only one of --verify, --row" inspect "$work/d" --verify --row 1
expect_line 2 "--split: 'tain' ... train, valid or test" inspect "$work/d" --row 1 --split tain
expect_line 1 "$work/no/x.mid" inspect "$work/d" --row 1 --midi "$work/no/x.mid"
expect_line 1 "$work/no/text" inspect "$work/d" --export-text "$work/no/text"

echo "rows as notes and as MIDI"
expect 0 "Piece 1" inspect "$work/d" --row 0 --split test
expect 0 "Row 1117 of train" inspect "$work/d" --row 1117 --midi "$work/x.mid"
[ "$(head -c 4 "$work/x.mid")" = MThd ] || fail "no MIDI file was written"
expect 0 "Row 1117 of train" inspect "$work/d" --row 1117 --svg "$work/x.svg"
grep -q '^<svg xmlns=.*aria-label="Row 1117 of train"' "$work/x.svg" ||
  fail "no picture was written"
inspect "$work/d" --row 1117 --svg /dev/stdout | cmp - "$work/x.svg" || fail "the picture on standard output differs"
expect_line 2 "--svg ... --row" inspect "$work/d" --svg "$work/y.svg"
expect 0 "Row 3 of valid" inspect "$work/interarrival" --row 3 --split valid --midi "$work/y.mid"
mkdir "$work/midi"
mv "$work"/?.mid "$work/midi"
expect 0 "processed 2 files (discarded 0.0%)" "$amt" prepare "$work/midi" "$work/again"

echo "text"
inspect "$work/d" --export-text "$work/valid" --split valid 2>"$work/err"
gzip -dc "$golden/expected/augment10/tokenized-events-e.txt.gz" | cmp - "$work/valid" ||
  fail "the exported validation rows differ from the reference's"
inspect "$work/d" --export-text "$work/train" 2>"$work/err"
for digit in 0 1 2 3 4 5 6 7 8 9 a b c d; do
  gzip -dc "$golden/expected/augment10/tokenized-events-$digit.txt.gz"
done >"$work/unshuffled"
cmp -s "$work/unshuffled" "$work/train" && fail "the training rows are not shuffled"
cmp <(LC_ALL=C sort "$work/unshuffled") <(LC_ALL=C sort "$work/train") ||
  fail "the exported training rows are not those of the reference"

echo "output to links, pipes and standard output; other files are kept, leftovers of a killed process removed"
text=(--export-text) row=(--row 0 --midi)
inspect "$work/d" --row 0 --midi "$work/row.mid" >"$work/out"
echo old >"$work/target"
ln -s target "$work/link"
mkfifo "$work/pipe"
for file in row.mid valid; do
  what=("${row[@]}")
  [ $file = row.mid ] || what=(--split valid "${text[@]}")
  echo mine >"$work/target.tmp"
  inspect "$work/d" "${what[@]}" "$work/link" >"$work/out" 2>"$work/err"
  [ -L "$work/link" ] && cmp "$work/target" "$work/$file" || fail "$file was not written to the link's target"
  [ "$(cat "$work/target.tmp")" = mine ] || fail "writing $file replaced another file"
  inspect "$work/d" "${what[@]}" "$work/pipe" >"$work/out" 2>"$work/err" &
  cmp "$work/pipe" "$work/$file" || fail "$file was not written to the pipe"
  wait $!
  [ -p "$work/pipe" ] || fail "writing $file replaced the pipe"
  inspect "$work/d" "${what[@]}" /dev/stdout 2>"$work/err" | cmp - "$work/$file" ||
    fail "$file written to /dev/stdout differs"
  (echo before && inspect "$work/d" "${what[@]}" /dev/stdout && echo after) >"$work/log" 2>"$work/err"
  cmp "$work/log" <(echo before && cat "$work/$file" && echo after) || fail "writing $file overwrote the log"
  expect_line 1 "/dev/full ... disk" inspect "$work/d" "${what[@]}" /dev/full
done
touch "$work/x.amt-0123456789abcdef.tmp"
inspect "$work/d" --row 0 --midi "$work/row.mid" >"$work/out"
[ -z "$(compgen -G "$work/*.amt-*.tmp")" ] || fail "a temporary file is left behind"

echo "an intact dataset, then one flipped bit in each of two shards"
expect 0 "1,137 rows: all intact" inspect "$work/d" --verify
expect 0 "all intact" inspect "$work/interarrival" --verify
shards=("$work"/d/train-0*.h5)
[ ${#shards[@]} -ge 3 ] || fail "this test needs at least three training shards"
flip "${shards[1]}" 100000
flip "$work/d/test-00000-of-00001.h5" 9000
expect 1 "${shards[1]##*/}: rows 0 to " inspect "$work/d" --verify
grep -q "^test-00000-of-00001.h5: " "$work/out" || fail "the second damaged shard is not named"
grep -q "^2 of .* shards" "$work/out" || fail "the summary does not count two damaged shards"
[ "$(wc -l <"$work/out")" -eq 3 ] || fail "more than one line per damaged shard"

echo "damage is reported by every command that reads those rows"
damaged="$work/d/test-00000-of-00001.h5: rows 0 to "
expect_line 1 "$damaged" inspect "$work/d" --row 0 --split test
expect 1 "$damaged" inspect "$work/d" --export-text "$work/text" --split test
[ ! -e "$work/text" ] || fail "damaged rows were exported"
expect 0 "Row 0 of valid" inspect "$work/d" --row 0 --split valid

echo "a missing HDF5 virtual dataset, and unknown files"
cp -r "$work/interarrival" "$work/odd"
rm "$work/odd/valid.h5"
cp "$work/odd/train-00000-of-00001.h5" "$work/odd/train-00001-of-00002.h5"
expect 1 "valid.h5: ... missing" inspect "$work/odd" --verify
grep -q "^train-00001-of-00002.h5: .*manifest.json" "$work/out" || fail "the unknown file is not reported"
grep -q "^0 of .* shards.* 2 other files" "$work/out" || fail "the summary is wrong"
expect_line 2 "$work/odd/train.h5 ... a file, ... $work/odd" inspect "$work/odd/train.h5"

echo "the trainer reports damage in a shard that it reads, on one rank and on two"
cat >"$work/tiny.ini" <<END
[trainer]
num_train_steps = 1
train_batch_size = 2
per_device_parallelism = 1
max_eval_batches = 1
[model]
hidden_dim = 16
num_heads = 2
num_layers = 1
END
train=("$amt" train --config "$work/tiny.ini" --data.dataset "$work/d" --trainer.run_dir "$work/run")
verified=("${train[@]}" --data.verify_first true)  # also the rows that one step does not use
for ranks in 1 2; do
  expect 1 "${shards[1]##*/}: rows 0 to " mpirun -n $ranks "${verified[@]}"
  [ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "expected exactly one rank to report the error"
  grep -q "test-00000" "$work/err" && fail "the trainer read the test split"
  [ ! -e "$work/run" ] || fail "a run that was refused created its folder"
done
expect 0 "" "${train[@]}" --data.verify false
expect 1 "${shards[1]##*/}" "${verified[@]}"
flip "${shards[1]}" 100000
valid=$(compgen -G "$work/d/valid-0*.h5")
flip "$valid" 9000
expect 1 "${valid##*/}: rows 0 to " "${verified[@]}"
flip "$valid" 9000
expect 0 "" "${train[@]}"

echo "an evaluation refuses damaged rows"
expect 1 "$damaged" "$amt" eval "$work/run" "$work/d" --split test
expect 0 "" "$amt" eval "$work/run" "$work/d" --split valid
echo "all passed"
