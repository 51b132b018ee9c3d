# Sourced by quickstart.sh. Checks the corpus, chooses the work folder, and checks whose data it
# contains.
# shellcheck shell=bash

# check_corpus CORPUS OPTIONS: refuses an unusable corpus before anything is installed.
check_corpus() {
  [ -e "$1" ] || refuse "no $1, or it is not accessible; give a folder of MIDI files," \
    "or a .tar, .tar.gz or .zip of one"
  [ -r "$1" ] || refuse "$1 is not readable by $(id -un)"
  if [ -d "$1" ]; then
    [ -n "$(music_in "$1" "$2" | head -z -n 1 | tr -d '\0')" ] || refuse "$1 contains no .mid or .midi files"
    return
  fi
  [ -f "$1" ] || refuse "$1 is neither a folder nor a file"
  case ${1,,} in
    *.tar | *.tar.gz | *.tgz | *.zip) ;;
    *) refuse "$1 is neither a folder nor a .tar, .tar.gz or .zip" ;;
  esac
}

# music_in FOLDER OPTIONS: prints the names of the MIDI files in it, each followed by a zero byte.
# If the options select other extensions, prints all files and leaves the choice to amt prepare.
music_in() {
  local names=('(' -name '*.mid' -o -name '*.midi' ')')
  case $2 in *--extensions*) names=() ;; esac
  (cd "$1" && find -L . -type f "${names[@]}" -print0 2> /dev/null) || true
}

# usual_folder CORPUS: prints the default work folder; each corpus has its own.
usual_folder() {
  local name=quickstart runs=$PWD/runs
  if [ -n "$1" ]; then
    name=$(basename "$1")
    if [ ! -d "$1" ]; then name=${name%.*} name=${name%.tar}; fi
    name=quickstart-$name
  fi
  can_write "$runs/$name" || runs=${HOME:-.}/amt-runs
  echo "$runs/$name"
}

# check_folder FOLDER CORPUS: checks that the folder is missing, empty, or made by the quickstart.
check_folder() {
  local other
  can_write "$1" || refuse "$(why_not "$1"); set AMT_QUICKSTART_DIR to another folder"
  case $1/ in
    "${2:-/dev/null}"/*) refuse "$1 is in the corpus; set AMT_QUICKSTART_DIR to another folder" ;;
  esac
  [ ! -e "$1/quickstart.mark" ] || return 0
  for other in dataset dataset.partial model corpus; do
    if [ -e "$1/$other" ] || [ -L "$1/$other" ]; then
      refuse "$1/$other was not made by the quickstart, which leaves it alone;" \
        "set AMT_QUICKSTART_DIR to another folder"
    fi
  done
}

# mark_of CORPUS OPTIONS: prints the mark of a folder made from them, with a digest of the corpus.
# Equal music gives equal digests.
mark_of() {
  local digest
  if [ -d "$1" ]; then
    # Ignores unreadable files, which amt prepare reports.
    digest=$(cd "$1" && music_in . "$2" | LC_ALL=C sort -z | { xargs -0 -r md5sum -- 2> /dev/null || true; } | md5sum)
  else
    digest=$(md5sum < "$1")
  fi
  printf 'made by jobs/quickstart.sh from a corpus of this digest, with these options\n%s\n%s\n' "${digest%% *}" "$2"
}

# claim_folder FOLDER CORPUS OPTIONS: reserves the folder for this corpus and this process.
claim_folder() {
  local mark code=0
  mark=$(mark_of "$2" "$3")
  mkdir -p "$1"
  exec 9< "$1"
  flock -n -E 75 9 2> /dev/null || code=$?  # a file system without locks gives another code
  [ $code != 75 ] || refuse "another quickstart is running in $1"
  if [ ! -s "$1/quickstart.mark" ]; then
    printf '%s\n' "$mark" > "$1/quickstart.new"
    mv "$1/quickstart.new" "$1/quickstart.mark"
  fi
  [ "$mark" = "$(cat "$1/quickstart.mark")" ] ||
    refuse "$1 was made from another corpus, from this one before it changed, or with other options;" \
      "remove that folder, or set AMT_QUICKSTART_DIR to another one"
}

# default_corpus FOLDER: creates links in it to the music in the Debian packages. Until the folder
# can be claimed, an empty mark file shows that it belongs to the quickstart.
default_corpus() {
  local music
  mkdir -p "$1"
  touch "$1/quickstart.mark"
  mkdir -p "$1/corpus"
  for music in /usr/share/games/openttd/baseset/openmsx /usr/share/planetblupi/music; do
    ln -sfn "$music" "$1/corpus/$(basename "$music")"
  done
  echo "$1/corpus"
}
