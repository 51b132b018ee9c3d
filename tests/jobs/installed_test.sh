#!/usr/bin/env bash
# Tests an installed amt: installs it, and its packages, into an empty prefix, moves the prefix, and
# uses it from another
# folder: prepare, train, eval, generate, the job scripts, the manual pages, and bash completion.
# Usage: installed_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
build=$(realpath "$(dirname "$1")/..")
source=$(realpath "$(dirname "$0")/../..")
golden=$(realpath "${AMT_GOLDEN_DIR:-$2}")
. "$(dirname "$0")/../cli/support.sh"
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")

echo "installing into an empty prefix, which is then moved"
cmake --install "$build" --prefix "$work/first" >"$work/out" 2>"$work/err" || fail "installing failed: $(cat "$work/out")"
mv "$work/first" "$work/pre fix"
prefix="$work/pre fix"
! grep -rlF "$work/first" "$prefix" || fail "installed files contain the original prefix"
! grep -rlIF "$source" "$prefix/share" || fail "installed files name the source folder"
for file in bin/amt share/man/man1/amt{,-{prepare,train,eval,generate,export,inspect,report}}.1 \
  share/bash-completion/completions/amt share/doc/amt/{LICENSE,README.md,docs/train.md} share/amt/configs/lakh-small.ini \
  share/amt/jobs/{submit.sh,site.conf,cluster.sh,environment.sh,train.sbatch}; do
  [ -s "$prefix/$file" ] || fail "no $file"
done
if [ -e "$build/lib/libamt_cuda.so" ]; then
  env -u AMT_CUDA_PLUGIN "$prefix/bin/amt" --version | mentions "CUDA plug-in CUDA ... $prefix/lib/libamt_cuda.so" - ||
    fail "amt does not find its plug-in"
fi

echo "using it from another folder, with no other amt on PATH"
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
[ -s new.mid ] || fail "no music was generated"
grep -q '"amt-run"' run/run.json || fail "run.json is missing or wrong"
amt train --config "$prefix/share/amt/configs/nano.ini" --data.dataset dataset --trainer.run_dir other --dry-run >out 2>err ||
  fail "resuming with the run's own configuration failed: $(cat err)"

echo "the job scripts find the program and the configuration"
expect 0 "sbatch ... prepare.sbatch" "$prefix/share/amt/jobs/submit.sh" --dry-run "$golden/tree" "$work/run"
. "$prefix/share/amt/jobs/environment.sh"
expect 2 "amt" env AMT_BIN="$work/nothing" "$prefix/share/amt/jobs/submit.sh" --dry-run "$golden/tree" "$work/run"

echo "manual pages and completion contain all options of --help"
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
# offered WORD...: prints what bash's completion offers for the last of these words.
offered() {
  bash -c 'set -eu; . "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _amt; echo "${COMPREPLY[*]}"' \
    "$completion" "$@"
}
[ "$(offered amt ge)" = generate ] || fail "completion of 'ge' offers: $(offered amt ge)"
[ "$(offered amt eval --sub)" = --subsample ] ||
  fail "completion of '--sub' offers: $(offered amt eval --sub)"
[ -z "$(offered amt eval ru)" ] || fail "completion of files must be left to bash"
expect_line 2 "--help-as ... 'html'" amt eval --help-as html

echo "an archive made by git contains its commit and its tag"
# version_of FOLDER: prints the version and commit that CMake finds for the source there.
version_of() {
  printf '%s\n' "set(AMT_SOURCE $1)" "include($source/cmake/AmtVersion.cmake)" 'amt_find_version(version 9.9.9)' \
    'amt_find_commit(commit)' 'message("${version} ${commit}")' >"$work/version.cmake"
  cmake -P "$work/version.cmake" 2>&1
}
mkdir -p "$work/repository/cmake"
cp "$source/cmake/archive.txt" "$work/repository/cmake/"
cp "$source/.gitattributes" "$work/repository/"
[ "$(version_of "$work/repository")" = "9.9.9 unknown" ] || fail "version without git: $(version_of "$work/repository")"
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
  [ "$(version_of "$work/archive")" = "1.2.3 $commit" ] || fail "version of an archive: $(version_of "$work/archive")"
fi

echo "packages contain the same files"
(cd "$prefix" && find . -type f ! -path './lib/*' | sort) >"$work/installed"
cpack --config "$build/CPackConfig.cmake" -G TGZ -B "$work/package" >"$work/out" 2>"$work/err" || fail "cpack: $(cat "$work/err")"
tar -tzf "$work"/package/amt-"$version"-*.tar.gz | sed -n 's|^[^/]*/||; /[^/]$/p' | sed 's|^|./|' | grep -v '^\./lib/' | sort |
  diff "$work/installed" - >"$work/err" || fail "the .tar.gz contains other files"
if command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null && command -v file >/dev/null; then
  cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work/package" >"$work/out" 2>"$work/err" || fail "cpack: $(cat "$work/err")"
  package=$(echo "$work"/package/amt_"$version"_*.deb)
  for needed in openmpi-bin libhdf5 libboost-program-options; do
    dpkg-deb --field "$package" Depends | mentions "$needed" - || fail "the .deb does not depend on $needed"
  done
  dpkg-deb --fsys-tarfile "$package" | tar -t | sed -n 's|^\./usr/|./|; /[^/]$/p' | sort | diff "$work/installed" - >"$work/err" ||
    fail "the .deb contains other files"
fi
echo "all passed"
