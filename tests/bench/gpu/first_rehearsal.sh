#!/usr/bin/env bash
# Runs stage `fast` of first.sh on the CPU, to test the script, its time limits and its page.
# Usage: tests/bench/gpu/first_rehearsal.sh BUILD
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "first_rehearsal: $*" >&2; cat "$work/fast/summary.md" "$work/fast/page.md" >&2 || true; exit 1; }

AMT_FIRST_REHEARSAL=1 AMT_BUILD=$1 "$here/first.sh" fast "$work/fast" >"$work/said" || fail "a step of the rehearsal is wrong"
page=$work/fast/page.md
grep -q '^\*\*A rehearsal on a CPU' "$page" || fail "the page is not marked as a rehearsal"
grep -q '^- Right: 4 steps of 4\.$' "$page" || fail "not all steps are right"
grep -q '^| small-32 | [0-9.]* | [0-9,]* |' "$page" || fail "the page shows no speed"
grep -q '^| LM head | 1 |' "$page" || fail "the page shows no operations"
grep -q '^## fast: small-32.log' "$work/fast/raw.txt" || fail "raw.txt lacks the log"
grep -q '^- Right: 4 steps of 4\.$' "$work/said" || fail "the verdict is not printed"

# A failed step must be reported on the page and in the exit status.
mkdir -p "$work/build/bench" "$work/build/bin"
printf '#!/bin/sh\nexit 3\n' >"$work/build/bench/gpu_bench"
printf '#!/bin/sh\necho amt\n' >"$work/build/bin/amt"
chmod +x "$work"/build/*/*
if AMT_FIRST_REHEARSAL=1 AMT_BUILD=$work/build "$here/first.sh" fast "$work/broken" >"$work/said"; then
  fail "a failing program was not reported"
fi
grep -q '^- \*\*Wrong\*\*: fast: small-32 (exit code 3' "$work/broken/page.md" || fail "the page does not report the failed step"
