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
refuse() { echo "bare_debian.sh: $*" >&2; exit 2; }
if wants_help "$@"; then print_help "$0"; exit 0; fi
[ $# -ge 2 ] || refuse "usage: bare_debian.sh FOLDER root|second|password [COMMAND...] (--help)"
[ "$(id -u)" = 0 ] || refuse "debootstrap and chroot need root"
command -v debootstrap > /dev/null ||
  refuse "debootstrap is not installed (apt-get install debootstrap)"
folder=$(realpath -m "$1") who=$2 suite=${AMT_SUITE:-bookworm}
shift 2
[ $# -gt 0 ] || set -- jobs/quickstart.sh
case $who in
  root | second) system=$folder/root ;;
  password) system=$folder/password ;;
  *) refuse "unknown user '$who'; use root, second or password" ;;
esac

# Creates the base system.
make_base() {
  rm -rf "$folder/base.new"
  mkdir -p "$folder"
  debootstrap --variant=minbase "$suite" "$folder/base.new" ${AMT_MIRROR:+"$AMT_MIRROR"} > "$folder/debootstrap.log"
  cp -L /etc/resolv.conf "$folder/base.new/etc/resolv.conf"
  cp /etc/hosts "$folder/base.new/etc/hosts"
  mv "$folder/base.new" "$folder/base"
}

# inside COMMAND...: runs the command as root in the system, with its own mounts and processes and
# without this machine's environment variables.
# shellcheck disable=SC2016  # the inner shell expands it
inside() {
  unshare -m -p -f --kill-child sh -c '
    system=$1
    shift
    mount --bind "$system" "$system"  # unshare -m, which some tests use, needs a mount at /
    mount -t proc proc "$system/proc"
    mount -o bind,ro /sys "$system/sys"
    mount -t tmpfs tmpfs "$system/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$system/dev/pts"
    ln -sfn pts/ptmx "$system/dev/ptmx"
    if [ -n "$AMT_CCACHE" ]; then mount --bind "$AMT_CCACHE" "$system/ccache"; fi
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
      ${AMT_CCACHE:+CCACHE_DIR=/ccache CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1 CCACHE_UMASK=000} \
      ${AMT_CCACHE:+CMAKE_CXX_COMPILER_LAUNCHER=ccache} \
      chroot "$system" "$@"' sh "$system" "$@"
}

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

# apt PACKAGE...: installs packages in the system, before the command runs.
apt() {
  # shellcheck disable=SC2016  # the shell in the system expands it
  inside sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" > /dev/null 2>&1' sh "$@"
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

export AMT_CCACHE=${AMT_CCACHE:-}
if [ -n "$AMT_CCACHE" ]; then
  mkdir -p "$AMT_CCACHE"
  chmod 1777 "$AMT_CCACHE"  # all users in all systems write to it
  AMT_CCACHE=$(realpath "$AMT_CCACHE")
fi
[ -d "$folder/base" ] || make_base
# shellcheck source=/dev/null
release=$(. "$folder/base/etc/os-release" && echo "$VERSION_CODENAME")
[ "$release" = "$suite" ] ||
  refuse "$folder contains Debian's release $release, not $suite; use another folder, or AMT_SUITE=$release"
if [ ! -d "$system" ]; then
  cp -a "$folder/base" "$system.new" && mv "$system.new" "$system"
  if [ -n "$AMT_CCACHE" ]; then mkdir "$system/ccache" && apt ccache; fi
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
