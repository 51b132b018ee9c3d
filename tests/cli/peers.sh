# Sourced by the tests that compare amt with Python packages. Sets $python to $AMT_PYTHON, else to
# the Python into which `jobs/install-deps.sh peers` has installed the packages, else to python3.
python=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")/build/peers/bin/python
if [ ! -x "$python" ]; then python=python3; fi
python=${AMT_PYTHON:-$python}

# imports PACKAGE...: returns whether all packages are installed; if not, prints why the test is
# skipped.
imports() {
  local names
  printf -v names ', %s' "$@"
  names=${names#, }
  "$python" -c "import $names" 2>/dev/null && return
  echo "skipped: $python cannot import $names (jobs/install-deps.sh peers, or set AMT_PYTHON)"
  return 1
}
