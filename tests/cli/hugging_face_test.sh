#!/usr/bin/env bash
# Exchanges models between amt and the transformers library in both directions, with
# hugging_face.py. Exit status 77 (skipped) if the library is not installed.
# Usage: hugging_face_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
. "$(dirname "$0")/peers.sh"
imports numpy safetensors torch transformers || exit 77
. "$(dirname "$0")/../../jobs/environment.sh"
export OMP_NUM_THREADS=1
exec "$python" "$(dirname "$0")/hugging_face.py" "$(realpath "$1")" "${AMT_GOLDEN_DIR:-$2}"
