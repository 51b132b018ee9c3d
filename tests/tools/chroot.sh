# Sourced by the scripts that run commands in chroots with Debian's minimal base system. They need
# root, the package debootstrap and Debian's mirrors. The scripts' --help describes the variables
# AMT_SUITE, AMT_MIRROR and AMT_CCACHE.
# shellcheck shell=bash
refuse() { echo "${0##*/}: $*" >&2; exit 2; }

binds=() system=""

# use_folder FOLDER: sets $folder, which contains the systems, and checks what all of them need.
use_folder() {
  [ "$(id -u)" = 0 ] || refuse "debootstrap and chroot need root"
  command -v debootstrap > /dev/null ||
    refuse "debootstrap is not installed (apt-get install debootstrap)"
  folder=$(realpath -m "$1")
  export AMT_CCACHE=${AMT_CCACHE:-}
  [ -n "$AMT_CCACHE" ] || return 0
  mkdir -p "$AMT_CCACHE"
  chmod 1777 "$AMT_CCACHE"  # all users in all systems write to it
  AMT_CCACHE=$(realpath "$AMT_CCACHE")
}

# Creates the base system, of which the others are copies, once.
make_base() {
  local suite=${AMT_SUITE:-bookworm} there
  if [ -d "$folder/base" ]; then
    # shellcheck source=/dev/null
    there=$(. "$folder/base/etc/os-release" && echo "$VERSION_CODENAME")
    [ "$there" = "$suite" ] ||
      refuse "$folder contains Debian's release $there, not $suite; use another folder, or AMT_SUITE=$there"
    return
  fi
  rm -rf "$folder/base.new"
  mkdir -p "$folder"
  debootstrap --variant=minbase "$suite" "$folder/base.new" ${AMT_MIRROR:+"$AMT_MIRROR"} > "$folder/debootstrap.log"
  cp -L /etc/resolv.conf "$folder/base.new/etc/resolv.conf"
  cp /etc/hosts "$folder/base.new/etc/hosts"
  mv "$folder/base.new" "$folder/base"
}

# copy_system FROM TO: copies a system of the folder, at once or not at all.
copy_system() {
  rm -rf "$folder/$2.new"
  cp -a "$folder/$1" "$folder/$2.new"
  mv "$folder/$2.new" "$folder/$2"
}

# inside COMMAND...: runs the command as root in the system $system, with its own mounts and
# processes and without this machine's environment variables. The array `binds` can name more
# folders to mount, as OUTSIDE:INSIDE.
# shellcheck disable=SC2016  # the inner shell expands it
inside() {
  local variables=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
  local mounts=("${binds[@]}")
  if [ -n "$AMT_CCACHE" ] && [ -d "$system/ccache" ]; then
    mounts+=("$AMT_CCACHE:/ccache")
    variables+=(CCACHE_DIR=/ccache CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1 CCACHE_UMASK=000 CMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  unshare -m -p -f --kill-child bash -euc '
    system=$1
    mount --bind "$system" "$system"  # unshare -m, which some tests use, needs a mount at /
    mount -t proc proc "$system/proc"
    mount -o bind,ro /sys "$system/sys"
    mount -t tmpfs tmpfs "$system/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$system/dev/pts"
    ln -sfn pts/ptmx "$system/dev/ptmx"
    for bind in "${@:3:$2}"; do mount --bind "${bind%:*}" "$system/${bind##*:}"; done
    exec env -i "${@:$2 + 3}"' bash "$system" ${#mounts[@]} "${mounts[@]}" "${variables[@]}" chroot "$system" "$@"
}

# apt PACKAGE...: installs packages in the system $system.
apt() {
  # shellcheck disable=SC2016  # the shell in the system expands it
  inside sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" > /dev/null 2>&1' sh "$@"
}

# Installs ccache in the system $system, if there is a folder for it.
install_ccache() {
  [ -n "$AMT_CCACHE" ] || return 0
  mkdir -p "$system/ccache"
  apt ccache
}
