#!/usr/bin/env bash
# Tests when tests/run.sh refuses to run, and that ctest's output ends with the skipped tests and
# their reasons.
# Usage: run_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
source=$(realpath "$(dirname "$0")/../..")
. "$(dirname "$0")/../cli/support.sh"

echo "skipped tests are listed with their reasons"
mkdir -p "$work/pro ject/tests"
cat >"$work/pro ject/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(small NONE)
enable_testing()
configure_file(${SOURCE}/tests/CTestCustom.cmake.in ${CMAKE_BINARY_DIR}/CTestCustom.cmake @ONLY)
add_test(NAME a:script COMMAND sh -c "echo 'skipped: no moon tonight'; exit 77")
set_tests_properties(a:script PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME b:part COMMAND sh -c
  "echo 'x.cpp:3: Skipped'; echo 'no bf16 here'; echo; echo '[  SKIPPED ] B.Part'; echo 'x.cpp:3: Skipped'; echo 'no bf16 here'")
add_test(NAME c:passed COMMAND sh -c "echo 'it is not skipped: no'")
END
cp "$source/tests/skipped.sh" "$work/pro ject/tests/"
cmake -G Ninja -S "$work/pro ject" -B "$work/b" -DSOURCE="$source" >/dev/null
for _ in first second; do  # the second time, there is a log of an earlier run
  expect 0 "100% tests passed" ctest --test-dir "$work/b"
  sed -n '/^Skipped, and why:$/,$p' "$work/out" >"$work/reasons"
  printf '%s\n' "Skipped, and why:" "  a:script: no moon tonight" "  b:part: no bf16 here" | cmp - "$work/reasons" ||
    fail "wrong reasons: $(cat "$work/reasons")"
done

echo "mistakes"
expect_line 2 "'prepare' ... ctest" "$source/tests/run.sh" prepare
if [ "$(id -u)" = 0 ]; then
  echo "a build folder that belongs to another user"
  mkdir -p "$work/build" "$work/checkout/tests"
  cp -r "$source/jobs" "$work/checkout/"  # other users may be unable to access this checkout
  cp "$source/tests/run.sh" "$work/checkout/tests/"
  chmod 755 "$work" "$work/build"
  expect_line 2 "$work/build ... root; ... AMT_BUILD_DIR" \
    env AMT_BUILD_DIR="$work/build" setpriv --reuid=65534 --regid=65534 --clear-groups "$work/checkout/tests/run.sh"
else
  echo "skipped: a build folder that belongs to another user (creating one needs root)"
fi
echo "all passed"
