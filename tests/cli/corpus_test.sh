#!/usr/bin/env bash
# Tests amt prepare on untidy corpora: dangling links, pipes, other file name extensions, malicious
# archives.
# Usage: corpus_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
prepare() { timeout -k 5 60 "$amt" prepare "$@"; }
corpus=$work/corpus
cp -r "$golden/tree" "$corpus"

echo "unreadable files are counted and listed, and never block"
for i in $(seq 5); do ln -s ../annex/gone "$corpus/gone$i.mid"; done
mkfifo "$corpus/pipe.mid"
ln -s /dev/zero "$corpus/zero.mid"
ln -s /proc/kmsg "$corpus/kmsg.mid"
ln -s /proc "$corpus/kernel"
expect 0 "9 of ... cannot be read" prepare "$corpus" "$work/d" --dry-run
expect 0 "rejected" prepare "$corpus" "$work/d"
[ "$(grep -c "a broken link" "$work/d/rejected.tsv")" -eq 5 ] || fail "links are not listed"
[ "$(grep -cE "^(pipe|zero|kmsg).mid|^kernel" "$work/d/rejected.tsv")" -eq 4 ] || fail "pipes are not listed"
grep -q '"refused": 10' "$work/d/manifest.json" || fail "unreadable files are not counted"
grep -q "a broken link" "$work/d/report.html" || fail "the report does not mention links"
expect 3 "d2.rejected.tsv" prepare "$corpus" "$work/d2" --max-bad-fraction 0.1
expect 0 "rejected" mpirun -n 3 "$amt" prepare "$corpus" "$work/d3"
diff -r "$work/d" "$work/d3" || fail "three ranks give another dataset"
mkdir "$work/links"
ln -s nowhere "$work/links/a.mid"
expect 3 "1 of 1 files" prepare "$work/links" "$work/d2"

echo "other extensions"
rm -r "$corpus" && cp -r "$golden/tree" "$corpus"
find "$corpus" -name '0*.mid' | while read -r file; do mv "$file" "${file%.mid}.KAR"; done
touch "$corpus/a.txt" "$corpus/b.mid.gz" "$corpus/README"
kar=$(find "$corpus" -name '*.KAR' | wc -l)
expect 0 "$kar .KAR" prepare "$corpus" "$work/e" --overwrite
grep -qF -e "--extensions mid,midi,kar" "$work/err" || fail "--extensions is not suggested"
for extension in .txt .mid.gz "(none)" .KAR; do
  grep -qF "1 $extension" "$work/err" || [ "$extension" = .KAR ] || fail "$extension is not counted"
  grep -qF "$extension" "$work/e/report.html" || fail "report.html does not count $extension"
done
expect 0 "Successfully processed 56 files" prepare "$corpus" "$work/k" --extensions Mid,kar
expect 0 "Successfully processed 56 files" prepare "$golden/tree" "$work/t"
for file in "$work/t"/*.h5; do cmp "$file" "$work/k/$(basename "$file")"; done
grep -q "extensions = Mid,kar" "$work/k/prepare.ini" || fail "prepare.ini"
expect_line 2 "extension ... --extensions" prepare "$corpus" "$work/k2" --extensions mid,

echo "zip archives, and files that only have the extension of an archive"
mkdir "$work/few"
cp "$golden"/tree/*/*.mid "$work/few" 2>/dev/null || find "$golden/tree" -name '*.mid' -exec cp {} "$work/few" \;
if command -v python3 >/dev/null; then
  (cd "$work/few" && python3 -m zipfile -c "$work/few.zip" ./*.mid)
  expect 0 "Successfully" prepare "$work/few" "$work/few-set"
  expect 0 "Successfully" mpirun -n 2 "$amt" prepare "$work/few.zip" "$work/zip-set" --memory 1MB
  diff -r "$work/few-set" "$work/zip-set" || fail "the .zip gives another dataset"
  head -c 60000 "$work/few.zip" >"$work/cut.zip"
  expect_line 1 "$work/cut.zip ... damaged" prepare "$work/cut.zip" "$work/d2"
fi
printf '7z\274\257\047\034 and so on' >"$work/c.7z"
expect_line 1 "$work/c.7z ... 7z" prepare "$work/c.7z" "$work/d2"
mkdir "$work/shut"
expect_line 1 "$work/shut/none" prepare "$work/shut/none" "$work/d2"
[ ! -e "$work/d2" ] || fail "a refused corpus left a dataset"
echo "a file that needs more memory than allowed"
# 20 MB of notes that never end: a delta of 1 tick, pitch 1, velocity 1, and so on
black() {
  printf 'MThd\0\0\0\6\0\1\0\1\1\340MTrk\1\061\055\006\0\220\1\1'
  head -c 19999998 /dev/zero | tr '\0' '\1'
  printf '\0\377\057\0'
}
rm -r "$corpus" && cp -r "$golden/tree" "$corpus" && black >"$corpus/black.mid"
for ranks in 1 3; do
  expect 0 "--memory" mpirun -n "$ranks" "$amt" prepare "$corpus" "$work/b$ranks" --memory 16MB
  grep -q "^black.mid.*memory.*(about .*--memory" \
    "$work/b$ranks/rejected.tsv" || fail "black.mid is not listed with its reason"
done
diff -r "$work/b1" "$work/b3" || fail "three ranks reject different files"
expect_line 2 "--memory 4 ... 4 B ... unit" prepare "$corpus" "$work/d2" --memory 4

echo "splits"
mkdir "$work/ten"
find "$golden/tree" -name '[0-9]*.mid' | sort | tail -12 | while read -r file; do cp "$file" "$work/ten"; done
expect 0 "valid ... test splits ... --valid-fraction" prepare "$work/ten" "$work/s" --dry-run
fractions=$(grep -o -e "--valid-fraction [0-9.]* --test-fraction [0-9.]*" "$work/err") || fail "no fractions are suggested"
# shellcheck disable=SC2086
expect 0 "Successfully" prepare "$work/ten" "$work/s" $fractions
! mentions "valid ... test splits" "$work/err" || fail "the suggested fractions do not help"
grep -q "${fractions##* }" "$work/s/prepare.ini" || fail "prepare.ini does not record the fractions"
expect_line 2 "--valid-fraction ... --test-digits" prepare "$work/ten" "$work/s2" --valid-fraction 0.1 --test-digits f
expect_line 2 "--valid-fraction ... --test-fraction ... 0" prepare "$work/ten" "$work/s2" --valid-fraction 0.6 --test-fraction 0.5

echo "different files with the same name"
name=$(basename "$(find "$work/ten" -name '*.mid' | sort | head -1)")
mkdir "$work/ten/z" && sed 's/MTrk/MTRK/' "$work/ten/$name" >"$work/ten/z/$name"
expect 0 "first ... z/$name" prepare "$work/ten" "$work/s3"
grep -q '"duplicates": 0' "$work/s3/manifest.json" ||
  fail "different files were counted as duplicates"
echo "all passed"
