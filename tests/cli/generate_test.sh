#!/usr/bin/env bash
# Tests amt generate: pieces from scratch and from a file, reproducible in every mode; refusals.
# Usage: generate_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
amt=$(realpath "$1")
golden=${AMT_GOLDEN_DIR:-$2}
. "$(dirname "$0")/support.sh"
model=$golden/generation/model
prompt=$(find "$golden/tree" -name 8d1d149b94f47a91e9386a67dc006553.mid)

generate() { "$amt" generate "$model" --threads 1 --mp f32 "$@"; }

echo "a piece from scratch: a MIDI file, its events as text, and a picture"
expect 0 "notes in ... tokens" generate "$work/a.mid" --save_events "$work/a.txt" --svg "$work/a.svg" --seed 1
grep -q '^<svg xmlns=.*aria-label="a.mid"' "$work/a.svg" || fail "no picture was written"
[ "$(head -c 4 "$work/a.mid")" = MThd ] || fail "no MIDI file was written"
[ "$(wc -l <"$work/a.txt")" -gt 3 ] || fail "no events were saved"
generate "$work/again.mid" --seed 1 2>/dev/null
cmp "$work/a.mid" "$work/again.mid" || fail "the same seed gives another piece"
generate "$work/other.mid" --seed 2 2>/dev/null
! cmp -s "$work/a.mid" "$work/other.mid" || fail "another seed gives the same piece"

echo "several pieces are the same in any batch and on any number of ranks"
generate "$work/one.mid" --count 5 --batch 1 --seconds 6 2>/dev/null
for ranks in 1 2 3; do
  mpirun -n $ranks "$amt" generate "$model" "$work/ranks.mid" --threads 1 --mp f32 --count 5 --batch 4 \
    --seconds 6 2>"$work/err" || fail "generating on $ranks ranks failed"
  for piece in 1 2 3 4 5; do
    cmp "$work/one-$piece.mid" "$work/ranks-$piece.mid" || fail "piece $piece differs on $ranks ranks"
  done
done

echo "the same holds with int8 weights, which give other pieces"
generate "$work/eight.mid" --count 3 --batch 1 --seconds 6 --weights int8 2>/dev/null
mpirun -n 2 "$amt" generate "$model" "$work/ranks.mid" --threads 1 --mp f32 --count 3 --batch 2 --seconds 6 \
  --weights int8 2>"$work/err" || fail "int8 on 2 ranks"
for piece in 1 2 3; do
  cmp "$work/eight-$piece.mid" "$work/ranks-$piece.mid" || fail "piece $piece with int8 weights differs on 2 ranks"
done
! cmp -s "$work/eight-1.mid" "$work/one-1.mid" || fail "int8 weights have no effect"
expect 2 "--weights: 'int4' ... full or int8" generate "$work/x.mid" --weights int4

echo "a continuation keeps the notes of its prompt"
generate "$work/more.mid" --prompt "$prompt" --from 5 --seconds 5 --save_events "$work/more.txt" --stream \
  >"$work/stream" 2>/dev/null
generate "$work/kept.mid" --prompt "$prompt" --from 5 --seconds 0 --save_events "$work/kept.txt" 2>/dev/null
head -n "$(wc -l <"$work/kept.txt")" "$work/more.txt" | cmp - "$work/kept.txt" || fail "the prompt changed"
tail -n +$(($(wc -l <"$work/kept.txt") + 1)) "$work/more.txt" | cmp - "$work/stream" || fail "the streamed notes differ from the file"
[ -s "$work/stream" ] || fail "no notes were streamed"
generate "$work/filled.mid" --prompt "$prompt" --hole 5-0:08 --window exact 2>/dev/null || fail "a hole"

echo "each new note is printed as soon as it is sampled"
mkfifo "$work/live.pipe"
"$amt" generate "$model" "$work/slow.mid" --threads 1 --seconds 500 --stream >"$work/live.pipe" 2>"$work/err" &
pid=$!
head -n 1 "$work/live.pipe" >"$work/first"
[ ! -e "$work/slow.mid" ] || fail "the first note was not printed before the end"
kill $pid 2>/dev/null || true
wait $pid || true
grep -qE '^[0-9]+ [0-9]+ [0-9]+ [0-9]+$' "$work/first" || fail "the first line is not a note"
expect_line 1 "standard output" bash -c "exec '$amt' generate '$model' '$work/x.mid' --stream >/dev/full"
expect_line 2 "--stream ... --count" generate "$work/x.mid" --stream --count 2
expect_line 2 "/dev/stdout ... --stream" generate /dev/stdout --stream

echo "impossible requests are refused in one line, and nothing is written"
bytes() { printf "MThd\0\0\0\6\0\0\0\1\0\144MTrk\0\0\0$1" >"$work/$2"; }
bytes '\4\0\377\57\0' empty.mid
bytes '\26\0\220\74\100\144\200\74\100\201\352\60\220\74\100\144\200\74\100\0\377\57\0' silent.mid
printf 'not music' >"$work/none.mid"
refused() { expect_line "$@"; [ ! -e "$work/no.mid" ] || fail "something was written: ${*:3}"; }
refused 1 "empty.mid" generate "$work/no.mid" --prompt "$work/empty.mid"
refused 1 "none.mid" generate "$work/no.mid" --prompt "$work/none.mid"
refused 2 "silent.mid ... 100 s" generate "$work/no.mid" --prompt "$work/silent.mid" --from 140
refused 2 "--hole" generate "$work/no.mid" --prompt "$prompt" --hole 4000-4010
refused 2 "--hole" generate "$work/no.mid" --prompt "$prompt" --hole 20
refused 2 "--keep Tuba" generate "$work/no.mid" --prompt "$prompt" --keep tuba
refused 2 "'violinn' ... 'violin'" generate "$work/no.mid" --prompt "$prompt" --keep violinn
refused 2 "--from" generate "$work/no.mid" --prompt "$prompt" --from 3000
refused 2 "--keep needs a --prompt" generate "$work/no.mid" --keep drums
refused 2 "--top_p" generate "$work/no.mid" --top_p 0
refused 2 "$work/nowhere" generate "$work/nowhere/no.mid"
refused 1 "$work/absent" "$amt" generate "$work/absent" "$work/no.mid"

echo "a model with another vocabulary"
"$amt" prepare "$golden/tree" "$work/dataset" --interarrival >/dev/null 2>&1
tiny_configuration 1 2 6
"$amt" train --config "$work/tiny.ini" --data.dataset "$work/dataset" --trainer.run_dir "$work/run" 2>/dev/null
refused 1 "$work/run ... vocabulary" "$amt" generate "$work/run" "$work/no.mid"
