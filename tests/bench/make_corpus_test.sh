#!/usr/bin/env bash
# Checks that amt prepare accepts all generated files except the damaged ones, and that the files
# depend only on the arguments.
# Usage: make_corpus_test.sh MAKE_CORPUS AMT
set -euo pipefail
make_corpus=$1 amt=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "failed: $*" >&2; exit 1; }

"$make_corpus" "$work/a" --files 60 --bytes 20000 --seed 3 --damaged 0
"$make_corpus" "$work/b" --files 60 --bytes 20000 --seed 3 --damaged 0
diff -r "$work/a" "$work/b" || fail "two runs differ"
"$make_corpus" "$work/c" --files 60 --bytes 20000 --seed 3 --damaged 50 --plain-names
"$make_corpus" "$work/d" --files 60 --bytes 20000 --seed 4 --damaged 0
diff -rq "$work/a" "$work/d" > "$work/differences" && fail "the seed has no effect"
[ "$(cd "$work/a" && find . -name '*.mid' | sed 's|././||; s|.mid||' | sort)" = \
  "$(cd "$work/a" && find . -name '*.mid' -exec md5sum {} + | cut -d' ' -f1 | sort)" ] || fail "files are not named after their MD5s"

"$amt" prepare "$work/a" "$work/set" > "$work/summary"
grep -q "processed 60 files" "$work/summary" || fail "$(cat "$work/summary")"
"$amt" prepare "$work/c" "$work/damaged" --max-bad-fraction 1 > "$work/summary"
refused=$(grep -c song "$work/damaged/rejected.tsv")
[ "$refused" -gt 10 ] && [ "$refused" -lt 50 ] ||
  fail "$refused of 60 files were rejected; about half should be"
