#!/usr/bin/env bash
# Tests that amt syncs each output before renaming it and its folder afterwards, that a failure at
# the last moment is an error, and that amt prepare never loses the user's files, wherever it is
# killed.
# Usage: files_test.sh AMT GOLDEN_FOLDER FILE_CALLS_LIBRARY
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
calls=$(realpath "$3")
. "$(dirname "$0")/../cli/support.sh"
work=$(realpath "$work")
mkdir "$work/corpus"
for digit in 0 1 2 3 e f; do cp "$golden/tree/$digit/"*.mid "$work/corpus"; done

# watched COMMAND...: runs the command and watches every file below $work.
watched() {
  rm -f "$work/log"
  LD_PRELOAD=$calls AMT_FILES=$work AMT_FILES_LOG=$work/log "$@" >"$work/out" 2>"$work/err"
}

# durable COMMAND...: checks that the command succeeds and renames no file before syncing it.
durable() {
  watched "$@" || fail "exit code $?: $*"
  grep -q '^renames [1-9]' "$work/log" || fail "no rename was observed: $*"
  ! grep '^not synced' "$work/log" || fail "a rename was not synced: $*"
}

echo "every output is synced before its rename, and its folder afterwards"
tiny_configuration 4 2 2
train=("$amt" train --config "$work/tiny.ini" --data.dataset "$work/ds" --trainer.run_dir "$work/run")
durable "$amt" prepare "$work/corpus" "$work/ds"
durable "$amt" prepare "$work/corpus" "$work/ds" --seed 1 --overwrite
durable "$amt" inspect "$work/ds" --row 0 --midi "$work/row.mid"
durable "$amt" inspect "$work/ds" --export-text "$work/text" --split train
durable "${train[@]}"
durable "$amt" report "$work/run" --svg "$work/loss.svg"
durable "$amt" export "$work/run" "$work/model"
rm -r "$work/run"

# refused CALL PART KIND TEXT COMMAND...: checks that the command prints TEXT if that call fails.
refused() {
  AMT_FILES_FAULT="$1:$2:1:$3" expect_line 1 "$4" env LD_PRELOAD="$calls" AMT_FILES="$work" "${@:5}"
}

echo "a failure at the last moment is an error"
eio=5 enospc=28
before=$(md5sum <"$work/row.mid")
for call in fsync close rename; do
  refused $call row.mid.amt- $eio "row.mid" "$amt" inspect "$work/ds" --row 1 --midi "$work/row.mid"
  [ "$before" = "$(md5sum <"$work/row.mid")" ] || fail "the old file was not kept"
  [ "$(compgen -G "$work/row.mid*")" = "$work/row.mid" ] || fail "a temporary file is left behind"
done
refused fsync text.amt- $enospc "$work/text: ... disk" "$amt" inspect "$work/ds" --export-text "$work/text"
refused fsync train-00000 $eio "train-00000" "$amt" prepare "$work/corpus" "$work/d2"
refused fsync 'd2.partial$' $eio "d2.partial" "$amt" prepare "$work/corpus" "$work/d2"
[ ! -e "$work/d2" ] && [ ! -e "$work/d2.partial" ] || fail "files are left behind"

echo "amt prepare works on a file system without locks, which is reported once"
enolck=37 enosys=38 eopnotsupp=95 enotsupp=524
for error in $enolck $enosys $eopnotsupp $enotsupp; do
  AMT_FILES_FAULT="flock:amt-prepare-in-use:0:$error" expect 0 "Successfully" env LD_PRELOAD="$calls" \
    AMT_FILES="$work" "$amt" prepare "$work/corpus" "$work/d2" --overwrite
  [ "$(grep -c "$work/d2.partial .*no locks" "$work/err")" -eq 1 ] || fail "errno $error"
done

# left_whole WHEN: checks that the new dataset, which was not renamed, is complete and that the old
# one is unchanged.
left_whole() {
  "$amt" inspect "$work/d2.partial" --verify >"$work/out" 2>"$work/err" ||
    fail "$1: the new dataset is not complete"
  [ ! -e "$work/d2.partial/amt-prepare-in-use" ] || fail "$1: the next job would remove it"
  [ "$(md5sum <"$work/d2/manifest.json")" = "$before" ] || fail "$1: the old dataset has changed"
  [ ! -e "$work/d2.old.partial" ] || fail "$1: remains"
  rm -r "$work/d2.partial"
}

echo "a complete dataset that cannot be renamed is kept"
before=$(md5sum <"$work/d2/manifest.json")
again=("$amt" prepare "$work/corpus" "$work/d2" --seed 7 --overwrite)
refused exchange 'd2.partial$' $eio "complete ... $work/d2.partial" "${again[@]}"
left_whole exchange
AMT_FILES_NO_EXCHANGE=1 refused rename 'd2.partial$' $eio "complete ... $work/d2.partial" "${again[@]}"
left_whole rename

# one_of FILE TEXT: checks that exactly one file below $work/place has that name and contains TEXT.
one_of() {
  local found
  found=$(find "$work/place" -name "$1")
  [ "$(wc -l <<<"$found")" -eq 1 ] && [ "$(cat "$found")" = "$2" ]
}

# nothing_lost WHEN: checks that the user's files in the old dataset still exist, and that a dataset
# can be read.
nothing_lost() {
  one_of NOTES "my notes" || fail "$1: NOTES is lost"
  one_of song "a song" || fail "$1: a folder is lost"
  one_of train-00000-of-00009.h5 "not amt's" || fail "$1: a file named like a shard is lost"
}

overwrite=("$amt" prepare "$work/corpus" "$work/place/ds" --seed 1 --overwrite)

# killed_at N: kills amt prepare --overwrite at its N-th rename; returns false if it ends before
# that.
killed_at() {
  rm -rf "$work/place"
  mkdir "$work/place"
  cp -r "$work/ds" "$work/place/ds"
  mkdir "$work/place/ds/sub"
  echo "my notes" >"$work/place/ds/NOTES"
  echo "a song" >"$work/place/ds/sub/song"
  echo "not amt's" >"$work/place/ds/train-00000-of-00009.h5"
  ! (
    AMT_FILES_FAULT="change:place/ds:$1:kill" LD_PRELOAD="$calls" AMT_FILES="$work" \
      AMT_FILES_NO_EXCHANGE="$no_exchange" "${overwrite[@]}"
    exit $?
  ) >"$work/out" 2>"$work/err"
}

# killed_everywhere COUNT: kills it at each rename in turn; there must be more than COUNT.
killed_everywhere() {
  local n=1
  while killed_at $n; do
    nothing_lost "killed at change $n"
    "${overwrite[@]}" >"$work/out" 2>"$work/err" || fail "the run after a kill at change $n failed"
    nothing_lost "the run after a kill at change $n"
    rmdir "$work/place/ds.old.partial" 2>/dev/null || true  # may be left empty, without a marker
    [ "$(ls -A "$work/place")" = ds ] || fail "files are left behind after a kill at change $n: $(ls -A "$work/place")"
    [ -f "$work/place/ds/NOTES" ] && [ -f "$work/place/ds/sub/song" ] || fail "killed at $n: the user's files are not in the dataset"
    # The user's file named like a shard must be the only problem.
    ! "$amt" inspect "$work/place/ds" --verify >"$work/out" 2>&1 || fail "killed at $n: a foreign shard was accepted"
    grep -q "^train-00000-of-00009.h5: .*manifest.json" "$work/out" &&
      grep -q "^0 of .* shards.* 1 other files" "$work/out" ||
        fail "killed at $n: the dataset is damaged"
    [ "$(find "$work/place/ds" -type f | wc -l)" -eq "$files" ] || fail "killed at $n: $(ls "$work/place/ds")"
    n=$((n + 1))
  done
  nothing_lost "an undisturbed run"
  mentions "$work/place/ds, ... amt ... NOTES, sub, train-00000-of-00009.h5" "$work/err" || fail "the files that were kept are not listed"
  [ $n -gt "$1" ] || fail "only $n renames were observed"
}

files=$(($(find "$work/ds" -type f | wc -l) + 3))
echo "--overwrite is killed at each rename"
no_exchange=
killed_everywhere 20
echo "the same on a file system that cannot exchange two names"
no_exchange=1
killed_everywhere 20
echo "all passed"
