#!/usr/bin/env bash
# amt as a user has it who installed it, or a package of it: into an empty prefix that is moved afterwards, used from
# another folder: prepare, train, eval, generate, the job scripts, the manual pages, bash's completion.
# Usage: installed_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
build=$(realpath "$(dirname "$1")/..")
source=$(realpath "$(dirname "$0")/../..")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
. "$(dirname "$0")/../cli/support.sh"
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")

echo "into an empty prefix, which then goes elsewhere"
cmake --install "$build" --prefix "$work/first" >"$work/out" 2>"$work/err" || fail "cannot install: $(cat "$work/out")"
mv "$work/first" "$work/pre fix"
prefix="$work/pre fix"
! grep -rlF "$work/first" "$prefix" || fail "the prefix is written into files"
! grep -rlIF "$source" "$prefix/share" || fail "files name the source"
for file in bin/amt share/man/man1/amt{,-{prepare,train,eval,generate,export,inspect,report}}.1 \
  share/bash-completion/completions/amt share/doc/amt/{LICENSE,README.md,docs/train.md} share/amt/configs/lakh-small.ini \
  share/amt/jobs/{submit.sh,site.conf,cluster.sh,environment.sh,train.sbatch}; do
  [ -s "$prefix/$file" ] || fail "no $file"
done
if [ -e "$build/lib/libamt_cuda.so" ]; then
  env -u AMT_CUDA_PLUGIN "$prefix/bin/amt" --version | mentions "CUDA plug-in CUDA ... $prefix/lib/libamt_cuda.so" - ||
    fail "does not find its plug-in"
fi

echo "used from another folder, with nothing else of amt on PATH"
mkdir "$work/elsewhere"
cd "$work/elsewhere"
export PATH="$prefix/bin:$PATH"
expect 0 "amt $version, commit " amt --version
tiny_configuration 4 2 2 "save_interval = 1000"
mpirun -n 2 amt prepare "$golden/tree" dataset >out 2>err || fail "prepare: $(cat err)"
mpirun -n 2 amt train --config "$work/tiny.ini" --data.dataset dataset --trainer.run_dir run >out 2>err ||
  fail "train: $(cat err)"
expect 0 "loss" amt eval run dataset --split valid --subsample 50
amt generate run new.mid --seconds 2 >out 2>err || fail "generate: $(cat err)"
[ -s new.mid ] || fail "no music"
grep -q '"amt-run"' run/run.json || fail "no run.json"
amt train --config "$prefix/share/amt/configs/nano.ini" --data.dataset dataset --trainer.run_dir other --dry-run >out 2>err ||
  fail "its own configuration: $(cat err)"

echo "the job scripts find program and configuration"
expect 0 "sbatch ... prepare.sbatch" "$prefix/share/amt/jobs/submit.sh" --dry-run "$golden/tree" "$work/run"
. "$prefix/share/amt/jobs/environment.sh"
expect 2 "amt" env AMT_BIN="$work/nothing" "$prefix/share/amt/jobs/submit.sh" --dry-run "$golden/tree" "$work/run"

echo "manual pages and completion have the options of --help"
completion="$prefix/share/bash-completion/completions/amt"
for command in prepare train eval generate export inspect report; do
  page="$prefix/share/man/man1/amt-$command.1"
  for option in $(amt "$command" --help | sed -n 's/^  --\([a-z][a-z_.0-9-]*\).*/\1/p'); do
    grep -qF -e "\\-\\-${option//-/\\-}" "$page" || fail "$page lacks --$option"
    grep -qE "^ *${command}\\).* --${option}[ \"]" "$completion" || fail "completion lacks --$option"
  done
  if command -v groff >/dev/null; then
    groff -man -ww -Tutf8 -z "$page" 2>"$work/err"
    [ ! -s "$work/err" ] || fail "$page"
  fi
done
# offered WORD...: what bash offers for the last of these words.
offered() {
  bash -c 'set -eu; . "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _amt; echo "${COMPREPLY[*]}"' \
    "$completion" "$@"
}
[ "$(offered amt ge)" = generate ] || fail "offers for ge: $(offered amt ge)"
[ "$(offered amt eval --sub)" = --subsample ] || fail "offers for --sub: $(offered amt eval --sub)"
[ -z "$(offered amt eval ru)" ] || fail "files are bash's own"
expect_line 2 "--help-as ... 'html'" amt eval --help-as html

echo "an archive of git's knows its commit and its tag"
# version_of FOLDER: what the source there calls itself.
version_of() {
  printf '%s\n' "set(AMT_SOURCE $1)" "include($source/cmake/AmtVersion.cmake)" 'amt_find_version(version 9.9.9)' \
    'amt_find_commit(commit)' 'message("${version} ${commit}")' >"$work/version.cmake"
  cmake -P "$work/version.cmake" 2>&1
}
mkdir -p "$work/repository/cmake"
cp "$source/cmake/archive.txt" "$work/repository/cmake/"
cp "$source/.gitattributes" "$work/repository/"
[ "$(version_of "$work/repository")" = "9.9.9 unknown" ] || fail "without git: $(version_of "$work/repository")"
if command -v git >/dev/null; then
  git() { command git -C "$work/repository" -c user.name=a -c user.email=a@b.invalid "$@"; }
  git init --quiet
  git add .
  git commit --quiet -m first
  commit=$(git rev-parse HEAD)
  [ "$(version_of "$work/repository")" = "9.9.9 $commit" ] || fail "without a tag: $(version_of "$work/repository")"
  git tag v1.2.3
  echo >>"$work/repository/cmake/archive.txt"
  [ "$(version_of "$work/repository")" = "1.2.3 $commit-dirty" ] || fail "changed: $(version_of "$work/repository")"
  mkdir "$work/archive"
  git archive HEAD | tar -x -C "$work/archive"
  [ "$(version_of "$work/archive")" = "1.2.3 $commit" ] || fail "an archive: $(version_of "$work/archive")"
fi

echo "packages have the same files"
(cd "$prefix" && find . -type f ! -path './lib/*' | sort) >"$work/installed"
cpack --config "$build/CPackConfig.cmake" -G TGZ -B "$work/package" >"$work/out" 2>"$work/err" || fail "cpack: $(cat "$work/err")"
tar -tzf "$work"/package/amt-"$version"-*.tar.gz | sed -n 's|^[^/]*/||; /[^/]$/p' | sed 's|^|./|' | grep -v '^\./lib/' | sort |
  diff "$work/installed" - >"$work/err" || fail "other files in the .tar.gz"
if command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null; then
  cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work/package" >"$work/out" 2>"$work/err" || fail "cpack: $(cat "$work/err")"
  package=$(echo "$work"/package/amt_"$version"_*.deb)
  for needed in openmpi-bin libhdf5 libboost-program-options; do
    dpkg-deb --field "$package" Depends | mentions "$needed" - || fail "the .deb does not depend on $needed"
  done
  dpkg-deb --fsys-tarfile "$package" | tar -t | sed -n 's|^\./usr/|./|; /[^/]$/p' | sort | diff "$work/installed" - >"$work/err" ||
    fail "other files in the .deb"
fi
echo "all passed"
