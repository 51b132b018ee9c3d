# Sourced by install-deps.sh. Installs packages as root, or with sudo, which may ask for a password.
# shellcheck shell=bash
as_root=()    # prefix of a command that needs root
no_root=""    # why commands cannot be run as root

# without_asking: returns whether commands can be run as root without a password.
without_asking() {
  if [ "$(id -u)" = 0 ]; then
    as_root=()
  elif ! command -v sudo > /dev/null; then
    no_root="you are not root, and there is no sudo"
    return 1
  elif sudo -n true 2> /dev/null; then
    as_root=(sudo -n)
  else
    no_root="sudo needs a password"
    return 1
  fi
}

# with_asking: returns whether sudo can ask for a password, on the terminal or through the program
# SUDO_ASKPASS.
with_asking() {
  without_asking && return
  command -v sudo > /dev/null || return 1
  if [ -n "${SUDO_ASKPASS:-}" ]; then
    as_root=(sudo -A)
  elif (: < /dev/tty) 2> /dev/null; then
    as_root=(sudo)
  else
    no_root+=", and there is no terminal, and no SUDO_ASKPASS program, to ask for it"
    return 1
  fi
  echo "install-deps.sh: installing packages needs root; sudo asks for your password"
}

# Everything runs in a single command, so sudo asks for a password only once. The policy file keeps
# the packages' daemons from starting. Outdated package lists are acceptable.
# shellcheck disable=SC2016  # root's shell expands it
install_script='
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap "rm -f $policy" EXIT
  trap "exit 1" HUP INT TERM
  printf "#!/bin/sh\nexit 101\n" > $policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || echo "install-deps.sh: apt-get update failed; continuing with the existing package lists" >&2
apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@" > /dev/null'

# apt_install PACKAGE...: installs the packages. On failure, sudo or apt-get has printed the reason.
apt_install() {
  echo "Installing: $*"
  "${as_root[@]}" sh -c "$install_script" sh "$@"
}
