# Sourced by install-deps.sh: packages are installed by root, or by sudo, which may ask for a password.
# shellcheck shell=bash
as_root=()    # what a command of root's begins with
no_root=""    # why there are no such rights

# without_asking: whether there are root's rights and nobody has to be asked for them.
without_asking() {
  if [ "$(id -u)" = 0 ]; then
    as_root=()
  elif ! command -v sudo > /dev/null; then
    no_root="you are not root, and there is no sudo"
    return 1
  elif sudo -n true 2> /dev/null; then
    as_root=(sudo -n)
  else
    no_root="sudo wants a password"
    return 1
  fi
}

# with_asking: or whether sudo can ask for a password, on the terminal or through the program SUDO_ASKPASS.
with_asking() {
  without_asking && return
  command -v sudo > /dev/null || return 1
  if [ -n "${SUDO_ASKPASS:-}" ]; then
    as_root=(sudo -A)
  elif (: < /dev/tty) 2> /dev/null; then
    as_root=(sudo)
  else
    no_root+=", and there is no terminal to ask for it on, nor SUDO_ASKPASS, a program that asks"
    return 1
  fi
  echo "install-deps.sh: installing packages takes root's rights; sudo asks for your password"
}

# Run by root, in one command, so that a password is asked for once. Daemons that come with packages are kept
# from starting by the file that Debian's packages ask. Lists of packages that are older will do.
# shellcheck disable=SC2016  # the root's shell expands it
install_script='
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap "rm -f $policy" EXIT
  trap "exit 1" HUP INT TERM
  printf "#!/bin/sh\nexit 101\n" > $policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || echo "install-deps.sh: apt-get update failed; continuing with the package lists that are here" >&2
apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" > /dev/null'

# apt_install PACKAGE...: fails with words of sudo or apt-get on stderr.
apt_install() {
  echo "Installing: $*"
  "${as_root[@]}" sh -c "$install_script" sh "$@"
}
