#!/usr/bin/env bash
# Models go both ways between amt and the transformers library, by hugging_face.py; exit code 77 (skipped) where
# there is none.
# Usage: hugging_face_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
. "$(dirname "$0")/peers.sh"
imports numpy safetensors torch transformers || exit 77
. "$(dirname "$0")/../../jobs/environment.sh"
export OMP_NUM_THREADS=1
exec "$python" "$(dirname "$0")/hugging_face.py" "$(realpath "$1")" "${AMT_GOLDEN_DIR:-$2}"
