# Sourced by quickstart.sh. Generates a piece, and a picture of it, for each example in
# docs/generate.md with the new model.
# shellcheck shell=bash disable=SC2154  # quickstart.sh sets the variables

music=$run_dir/music
seconds_wanted=12  # the song must be this long, because the examples continue it at 0:10

# describe_row SPLIT ROW: prints the row's number of pieces, its length in seconds, and one of its
# instruments, which is the drums if there are any.
describe_row() {
  "$amt" inspect "$dataset" --split "$1" --row "$2" | awk '
    /^Piece / { ++pieces }
    $NF != "event" && $NF != "control" { next }
    { name = $3; for (i = 4; i <= NF - 3; ++i) name = name " " $i }
    $1 > seconds { seconds = $1 }
    instrument == "" || name == "Drums" { instrument = name }
    END { printf "%d %d %s\n", pieces, seconds, instrument }'
}

# choose_song SPLIT: looks among the first rows for one with a single piece that is long enough, if
# possible with drums, and writes it as song.mid and song.svg.
choose_song() {
  local last=$(($(rows "$1") - 1)) n pieces seconds instrument
  song_row=0
  read -r _ song_seconds song_instrument < <(describe_row "$1" 0)
  for n in $(seq 0 $((last < 40 ? last : 40))); do
    read -r pieces seconds instrument < <(describe_row "$1" "$n")
    if [ "$pieces" != 1 ] || [ "$seconds" -lt $seconds_wanted ]; then continue; fi
    if [ "$song_seconds" -lt $seconds_wanted ] || [ "$instrument" = Drums ]; then
      song_row=$n song_seconds=$seconds song_instrument=$instrument
    fi
    [ "$instrument" != Drums ] || break
  done
  "$amt" inspect "$dataset" --split "$1" --row "$song_row" --midi "$music/song.mid" --svg "$music/song.svg" > /dev/null
}

# play NAME [OPTION...]: generates NAME.mid and NAME.svg.
play() {
  echo "amt generate $model $1.mid ${*:2}" >&2
  (cd "$music" && "$amt" generate "$model" "$1.mid" --svg "$1.svg" "${@:2}")
}

mkdir -p "$music"
split="test"
if [ "$(rows test)" = 0 ]; then split=train; fi
choose_song "$split"
middle=$((song_seconds < seconds_wanted ? song_seconds / 2 : 10))
play new
play more --prompt song.mid --from $middle --seconds 15
play band --prompt song.mid --keep "$song_instrument"
play mended --prompt song.mid --hole "$((middle / 2))-$((middle / 2 + 3))"
play many --count 8 --seed 5 --save_events many.txt
play seen --prompt song.mid
play live --prompt song.mid --from $((middle / 2)) --stream > "$music/live.txt"
