# Sourced by the scripts of jobs/ and tests/run.sh.
# shellcheck shell=bash

# wants_help ARGUMENT...: whether the first of them asks for help.
wants_help() { [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; }

# print_help SCRIPT: the comment that it begins with.
print_help() { sed -n -e 1d -e '/^#SBATCH/q' -e '/^#/!q' -e 's/^# \{0,1\}//p' "$1"; }
