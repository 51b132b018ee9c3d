#!/usr/bin/env bash
# Tests amt and amt prepare: mistakes must be refused in one line with the documented exit code, and
# leave nothing behind.
# Usage: prepare_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
prepare() { "$amt" prepare "$@"; }

echo "help and version, without MPI"
expect 0 "prepare" "$amt" --help
expect 0 "HDF5" "$amt" --version
expect 0 "--interarrival" "$amt" prepare --help
expect 0 "--config" "$amt" train --help
expect 2 "Usage" "$amt"

echo "wrong options and values"
expect_line 2 "'preprae' ... 'prepare'" "$amt" preprae
expect_line 2 "'augmnet' ... 'augment'" prepare "$golden/tree" "$work/d" --augmnet 10
expect_line 2 "--augment ... multiple of 10 ... 7" prepare "$golden/tree" "$work/d" --augment 7
expect_line 2 "--augment: 'ten' ... whole number" prepare "$golden/tree" "$work/d" --augment ten
expect_line 2 "--interarrival" prepare "$golden/tree" "$work/d" --augment 10 --interarrival
expect_line 2 "DATASET ... missing" prepare "$golden/tree"
expect_line 2 "'more'" prepare "$golden/tree" "$work/d" more
expect_line 2 "--memory: 'lots' ... size such as" prepare "$golden/tree" "$work/d" --memory lots

echo "wrong keys in a configuration"
printf '[trainer]\nlearning_rat = 1\n' >"$work/a.ini"
expect_line 2 "$work/a.ini:2: ... 'trainer.learning_rate'" "$amt" train --config "$work/a.ini"
printf '[trainer]\nlearning_rate = fast\n' >"$work/b.ini"
expect_line 2 "b.ini" "$amt" train --config "$work/b.ini"
expect_line 2 "nowhere.ini" "$amt" train --config "$work/nowhere.ini"

echo "wrong corpora"
mkdir "$work/empty"
touch "$work/file"
expect_line 1 "$work/missing" prepare "$work/missing" "$work/d"
expect_line 1 ".mid or .midi ... $work/empty" prepare "$work/empty" "$work/d"
expect_line 1 "$work/file" prepare "$work/file" "$work/d"
expect 1 "$work/missing" mpirun -n 2 "$amt" prepare "$work/missing" "$work/d"
[ "$(grep -c 'amt: error' "$work/err")" -eq 1 ] || fail "the error was reported by both ranks"
expect_line 3 "d.rejected.tsv" prepare "$golden/tree" "$work/d" --max-bad-fraction 0
[ -s "$work/d.rejected.tsv" ] || fail "the list of rejected files was not kept"
expect_line 1 "$work/file" prepare "$golden/tree" "$work/file/d"
[ ! -e "$work/d" ] && [ ! -e "$work/d.partial" ] || fail "a refused run left a folder"

echo "a dry run"
expect 0 "57 files" prepare "$golden/tree" "$work/d" --dry-run
[ ! -e "$work/d" ] || fail "--dry-run created the dataset"

echo "a dataset is overwritten only on request"
expect 0 "Successfully processed 56 files" prepare "$golden/tree" "$work/d"
before=$(cat "$work/d/manifest.json")
expect_line 2 "--overwrite" prepare "$golden/tree" "$work/d" --seed 1
[ "$before" = "$(cat "$work/d/manifest.json")" ] || fail "the dataset was touched"
expect 0 "Successfully" prepare "$golden/tree" "$work/d" --seed 1 --overwrite
[ "$before" != "$(cat "$work/d/manifest.json")" ] || fail "the dataset was not replaced"
grep -q "2e2070425651fdeee9e1972b680913ff" "$work/d/rejected.tsv" || fail "rejected.tsv"

# untouched FOLDER: checks that the folder's contents have not changed.
untouched() { diff -r "$work/mine" "$1" || fail "$1 was touched"; }

echo "the user's own files are never removed or replaced; a dry run refuses the same folders"
mkdir "$work/mine"
cp "$golden/tree/0/"*.mid "$work/mine"
for dry in "" --dry-run; do
  cp -r "$work/mine" "$work/x.partial"
  expect_line 2 "$work/x.partial ... not created by amt" prepare "$golden/tree" "$work/x" $dry
  expect_line 2 "$work/x.partial ... is in $work/x.partial" prepare "$work/x.partial" "$work/x" $dry
  untouched "$work/x.partial"
  mv "$work/x.partial" "$work/y"
  ln -s y "$work/x.partial"
  expect_line 2 "$work/x.partial ... symbolic link" prepare "$golden/tree" "$work/x" $dry
  expect_line 2 "$work/y ... is in $work/x.partial" prepare "$work/y" "$work/x" $dry
  rm "$work/x.partial"
  expect_line 2 "$work/y/d ... is in ... corpus" prepare "$work/y" "$work/y/d" --overwrite $dry
  expect_line 2 "$work/y ... is in ... $work/y" prepare "$work/y" "$work/y/" --overwrite $dry
  expect_line 2 "$work/y ... not a dataset" prepare "$golden/tree" "$work/y" --overwrite $dry
  untouched "$work/y"
  cp -r "$work/mine" "$work/d/corpus"
  expect_line 2 "$work/d/corpus ... is in $work/d" prepare "$work/d/corpus" "$work/d" --overwrite $dry
  untouched "$work/d/corpus"
  rm -r "$work/d/corpus" "$work/y"
  for place in d/text d.partial/text d; do
    expect_line 2 "--text $work/$place ... is in" \
      prepare "$golden/tree" "$work/d" --overwrite --text "$work/$place" $dry
  done
  expect_line 2 "DATASET ... empty" prepare "$golden/tree" "" $dry
  expect_line 2 "does not name a folder" prepare "$golden/tree" "$work/.." --overwrite $dry
done
expect 0 "$work/d, ... amt ... corpus" \
  bash -c 'cp -r "$1/mine" "$1/d/corpus" && "$2" prepare "$3/tree" "$1/d" --overwrite' - "$work" "$amt" "$golden"
untouched "$work/d/corpus"
echo "my list" >"$work/f.rejected.tsv"
expect_line 3 "f.rejected-2.tsv" prepare "$golden/tree" "$work/f" --max-bad-fraction 0
expect_line 3 "f.rejected-2.tsv" prepare "$golden/tree" "$work/f" --max-bad-fraction 0
[ "$(cat "$work/f.rejected.tsv")" = "my list" ] || fail "the user's own list was replaced"

echo "archives instead of a folder"
tar -C "$golden/tree" -cf "$work/tree.tar" .  # named like the folder, since the report shows the name
gzip -k "$work/tree.tar"
expect 0 "Successfully processed 56 files" prepare "$golden/tree" "$work/tree-set"
for archive in tree.tar tree.tar.gz; do
  expect 0 "Successfully processed 56 files" mpirun -n 2 "$amt" prepare "$work/$archive" "$work/set" --overwrite
  diff -r "$work/tree-set" "$work/set" || fail "$archive gives another dataset"
done
expect 0 "unpacks" prepare "$work/tree.tar.gz" "$work/d2" --dry-run
head -c 100000 "$work/tree.tar.gz" > "$work/cut.tar.gz"
expect_line 1 "$work/cut.tar.gz ... damaged ... byte" prepare "$work/cut.tar.gz" "$work/d2"
[ ! -e "$work/d2" ] && [ ! -e "$work/d2.partial" ] || fail "a damaged archive left a folder"
echo "all passed"
