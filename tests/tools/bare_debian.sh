#!/usr/bin/env bash
# Runs the quickstart, or another command, in a chroot with Debian's minimal base system. This is not
# a CTest test, because it needs root, the package debootstrap, Debian's mirrors, 4 GB of disk and up
# to an hour.
#
# Usage: tests/tools/bare_debian.sh FOLDER WHO [COMMAND [ARGUMENT...]]
#
# FOLDER    contains the systems and must be removed by hand; the base system is created only once
# WHO       root      runs the command as root in a new system
#           second    runs it as a second user, without sudo, in root's system, after root
#           password  runs it as the first user of a new system, whose sudo asks for a password
# COMMAND   runs in a clone of the committed sources (default: jobs/quickstart.sh)
#
# AMT_SUITE sets Debian's release, e.g. trixie (default: bookworm, which is Debian 12); each release
# needs its own FOLDER. AMT_MIRROR sets Debian's mirror; resolv.conf is copied from the host.
# AMT_CCACHE sets a folder for a compiler cache that all systems share; ccache is then installed as
# well.
set -euo pipefail
project=$(realpath "$(dirname "$0")/../..")
# shellcheck source=jobs/help.sh
. "$project/jobs/help.sh"
# shellcheck source=tests/tools/chroot.sh
. "$project/tests/tools/chroot.sh"
if wants_help "$@"; then print_help "$0"; exit 0; fi
[ $# -ge 2 ] || refuse "usage: bare_debian.sh FOLDER root|second|password [COMMAND...] (--help)"
use_folder "$1"
who=$2
shift 2
[ $# -gt 0 ] || set -- jobs/quickstart.sh
case $who in
  root | second) system=$folder/root ;;
  password) system=$folder/password ;;
  *) refuse "unknown user '$who'; use root, second or password" ;;
esac

# as USER COMMAND...: runs the command in that user's clone.
as() {
  local user=$1 home
  home=/home/$1
  [ "$user" != root ] || home=/root
  shift
  # shellcheck disable=SC2016  # the shell in the system expands it
  inside sh -c 'user=$1 home=$2; shift 2; cd "$home/amt"
    export HOME="$home" USER="$user"
    if [ "$user" = root ]; then exec "$@"; fi
    exec setpriv --reuid="$user" --regid="$user" --init-groups "$@"' sh "$user" "$home" "$@"
}

# clone_for USER: clones the committed sources for this user.
clone_for() {
  local home=$system/home/$1
  [ "$1" != root ] || home=$system/root
  if [ -d "$home/amt" ]; then  # keeps the build of an earlier run
    git -c safe.directory='*' -C "$home/amt" fetch --quiet "$project" HEAD
    git -c safe.directory='*' -C "$home/amt" reset --quiet --hard FETCH_HEAD
  else
    git clone --quiet --no-hardlinks "$project" "$home/amt"
  fi
  inside chown -R "$1:$1" "${home#"$system"}/amt"
}

# answer_when_asked LOG: prints the password once sudo asks for it in the log; ends when the log is
# removed.
answer_when_asked() {
  until grep -q "password for" "$1" 2> /dev/null; do
    [ -e "$1" ] || return 0
    sleep 0.5
  done
  echo secret
}

make_base
if [ ! -d "$system" ]; then
  copy_system base "${system##*/}"
  install_ccache
fi

user=$who
if [ "$who" != root ] && [ ! -d "$system/home/$who" ]; then inside useradd --create-home --shell /bin/bash "$who"; fi
if [ "$who" = password ] && [ ! -e "$system/usr/bin/sudo" ]; then
  apt sudo
  inside sh -c 'usermod -aG sudo password && echo password:secret | chpasswd'
fi
clone_for "$user"
started=$SECONDS code=0
if [ "$who" = password ]; then
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  as "$user" script -qec "$(printf '%q ' "$@")" /dev/null < <(answer_when_asked "$log") > >(tee "$log") || code=$?
else
  as "$user" "$@" || code=$?
fi
echo "bare_debian.sh: $who: $* ended with exit code $code after $((SECONDS - started)) s"
exit $code
