# Sourced by tests/run.sh and the scripts in jobs/.
# shellcheck shell=bash

# wants_help ARGUMENT...: returns whether the first argument asks for help.
wants_help() { [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; }

# print_help SCRIPT: prints the comment at the top of the script.
print_help() { sed -n -e 1d -e '/^#SBATCH/q' -e '/^#/!q' -e 's/^# \{0,1\}//p' "$1"; }
