#!/usr/bin/env bash
# Prints which tests of CTest's last run were skipped, completely or in part, and why. ctest runs
# this script at its end (see CTestCustom.cmake). Usage: tests/skipped.sh BUILD_FOLDER
set -euo pipefail
# While this script runs, ctest's log still has its temporary name.
log=$1/Testing/Temporary/LastTest.log
if [ -e "$log.tmp" ]; then log=$log.tmp; fi
[ -r "$log" ] || exit 0
awk '
  /^[0-9]+\/[0-9]+ Test: / { test = $3; next }
  reason_follows { tell($0); reason_follows = 0; next }  # printed by GTEST_SKIP
  /: Skipped$/ { reason_follows = 1; next }
  sub(/^skipped: /, "") { tell($0) }
  function tell(reason) {
    if (told[test, reason]++) return
    if (!count++) print "\nSkipped, and why:"
    print "  " test ": " reason
  }
' "$log"
