#!/usr/bin/env bash
# Tests install-deps.sh: which packages it requests, how it becomes root, and its messages if it
# cannot install. sudo, apt-get and id are stand-ins; the installed packages are those in a fake
# /usr.
# Usage: install_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
. "$(dirname "$0")/../cli/support.sh"
. "$(dirname "$0")/stand_ins.sh"
jobs=$(realpath "$(dirname "$0")/../../jobs")
checkout="$work/check out #1"
mkdir -p "$checkout/jobs" "$work/usr"
cp "$jobs"/*.sh "$checkout/jobs/"
sed -i "s|^search_path=\"/usr:/usr/local:.*|search_path=\"$work/usr\"|" "$checkout/jobs/install-deps.sh"
sed -i "s|/usr/bin/python3|$work/bin/python3|g" "$checkout/jobs/install-deps.sh"
sed -i "s|^policy=/usr/sbin/|policy=$work/|" "$checkout/jobs/root_rights.sh"
only_commands bash sh true sed dirname realpath rm chmod env cat setsid script touch mkdir cp

stand_in id <<<'echo "${TEST_UID:-1000}"'
stand_in apt-get <<END
echo "\$*" >>"$work/asked"
[ -z "\${APT_FAILS:-}" ] || [ "\$1" = update ] || { echo "E: Unable to locate package" >&2; exit 100; }
[ "\$1" = update ] || [ -e "$work/policy-rc.d" ] || echo "daemons may start" >>"$work/asked"
END
# The stand-in for sudo needs the password "secret", or none if SUDO_WAY is "free". It records each
# request.
stand_in sudo <<END
option=
case \$1 in -*) option=\$1; shift ;; esac
echo "sudo \$option" >>"$work/questions"
if [ "\$SUDO_WAY" != free ]; then
  case \$option in
    -n) exit 1 ;;
    -A) password=\$("\$SUDO_ASKPASS") ;;
    *) echo "[sudo] password:" >/dev/tty; read -r password </dev/tty ;;
  esac
  [ "\$password" = secret ] || { echo "sudo: 3 incorrect password attempts" >&2; exit 1; }
fi
exec "\$@"
END
printf '#!/bin/sh\necho secret\n' >"$work/answer"
printf '#!/bin/sh\necho guess\n' >"$work/wrong-answer"
chmod +x "$work/answer" "$work/wrong-answer"

# install GROUP...: runs install-deps.sh without a terminal.
install() {
  rm -f "$work/asked" "$work/questions"
  (cd / && exec env PATH="$work/bin" setsid -w "$checkout/jobs/install-deps.sh" "$@")
}
installed() {
  grep -q "^install .*libarchive-dev" "$work/asked" || fail "libarchive-dev is not installed: $*"
  ! grep -q "installing may start daemons" "$work/asked" || fail "daemons may start"
  [ ! -e "$work/policy-rc.d" ] || fail "policy-rc.d is left behind"
}
nothing_asked() { [ ! -e "$work/asked" ] && [ ! -e "$work/questions" ] || fail "something was requested: $*"; }

echo "as root, and with sudo without a password"
TEST_UID=0 expect 0 "Installing: g++ " install build
installed root
[ ! -e "$work/questions" ] || fail "sudo is called although the user is root"
export SUDO_WAY=free
expect 0 "Installing: g++ " install build
installed sudo

echo "sudo with a password: from SUDO_ASKPASS, on a terminal, or without either"
export SUDO_WAY=secret
SUDO_ASKPASS=$work/answer expect 0 "sudo ... password" install build
installed askpass
[ "$(grep -c -v -e -n "$work/questions")" -eq 1 ] || fail "asks for the password more than once: $(cat "$work/questions")"
rm -f "$work/asked"
echo secret | PATH=$work/bin script -qec "'$checkout/jobs/install-deps.sh' build" /dev/null >"$work/out" 2>"$work/err" ||
  fail "installing on a terminal failed: $(cat "$work/out")"
installed terminal
expect 1 "no terminal ... SUDO_ASKPASS" install build
grep -q "Fedora: .*gcc-c++ cmake ninja-build openmpi-devel" "$work/err" ||
  fail "the missing packages are not listed"
SUDO_ASKPASS=$work/wrong-answer expect 1 "not be installed" install build
[ ! -e "$work/asked" ] || fail "packages are installed after a wrong password"

echo "apt-get fails or is missing; sudo is missing"
TEST_UID=0 APT_FAILS=1 expect 1 "apt-get install g++ cmake" install build
[ ! -e "$work/policy-rc.d" ] || fail "policy-rc.d is left behind after a failure"
mv "$work/bin/sudo" "$work/sudo"
expect 1 "not root, ... no sudo" install build
mv "$work/sudo" "$work/bin/sudo"
mv "$work/bin/apt-get" "$work/apt-get"
TEST_UID=0 expect 1 "no apt-get" install build
mv "$work/apt-get" "$work/bin/apt-get"

echo "packages for tests of the job scripts never need a password and may fail"
SUDO_ASKPASS=$work/answer expect 0 "skipped ... shellcheck" install cluster-tests
[ ! -e "$work/asked" ] || fail "optional packages are installed with a password"
! grep -q munge "$work/out" || fail "Slurm is listed although it needs root"
TEST_UID=0 APT_FAILS=1 expect 0 "skipped ... shellcheck slurm-wlm munge" install cluster-tests

echo "Python packages for tests are installed in build/peers and match the installed PyTorch, if there is one"
expect 0 "skipped" install peers
stand_in python3 <<END
case \$2 in
  import*) echo "\$TORCH" ;;
  venv) mkdir -p "\$4/bin" && cp "$work/bin/pip" "\$4/bin/pip" ;;
esac
END
stand_in pip <<<"echo \"\$*\" >>'$work/asked'; [ -z \"\${PIP_FAILS:-}\" ]"
TORCH="" PIP_FAILS=1 expect 0 "skipped" install peers
TORCH="" expect 0 "torch" install peers
grep -q "^install .* transformers torch$" "$work/asked" || fail "pip installs other packages: $(cat "$work/asked")"
TORCH="" install peers
nothing_asked "a second time"
rm -r "$checkout/build"
TEST_UID=0 TORCH=1.13 expect 0 "python3-torch" install peers
grep -q "^install .* transformers<4.46$" "$work/asked" || fail "transformers does not match PyTorch: $(cat "$work/asked")"

echo "if nothing is missing, nothing is requested"
while read -r _ _ _ file; do
  case $file in bin/slurmctld) file=sbin/slurmctld ;; esac
  case $file in [bils]*/*) ;; *) continue ;; esac
  file=${file//'*'/14}
  mkdir -p "$work/usr/$(dirname "$file")"
  touch "$work/usr/$file"
done <"$jobs/install-deps.sh"
for user in 0 1000; do
  TEST_UID=$user install build tests corpus cluster-tests peers >"$work/out" 2>"$work/err" || fail "install-deps.sh fails although nothing is missing"
  nothing_asked "$(cat "$work/out")"
done

echo "help and mistakes"
expect 0 "Usage: jobs/install-deps.sh [build]" install --help
expect 0 "Usage: jobs/install-deps.sh [build]" install build -h
nothing_asked help
expect_line 2 "'biuld'" install biuld
echo "all passed"
