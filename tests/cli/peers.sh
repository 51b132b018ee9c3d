# Sourced by the tests against Python packages. Sets $python: $AMT_PYTHON, else the Python into
# which `jobs/install-deps.sh peers` has installed them, else python3.
python=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")/build/peers/bin/python
if [ ! -x "$python" ]; then python=python3; fi
python=${AMT_PYTHON:-$python}

# imports PACKAGE...: returns whether all of them are installed; if not, prints what is skipped.
imports() {
  local names
  printf -v names ', %s' "$@"
  names=${names#, }
  "$python" -c "import $names" 2>/dev/null && return
  echo "skipped: $python cannot import $names (jobs/install-deps.sh peers, or set AMT_PYTHON)"
  return 1
}
