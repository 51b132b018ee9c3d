#!/usr/bin/env bash
# Models go both ways between amt and the transformers library: hugging_face.py with a Python that has
# it ($AMT_PYTHON, else python3); exit code 77 (skipped) where there is none.
# Usage: hugging_face_test.sh AMT GOLDEN_FOLDER
set -euo pipefail
python=${AMT_PYTHON:-python3}
if ! "$python" -c "import numpy, safetensors, torch, transformers" 2>/dev/null; then
  echo "skipped: $python cannot import torch, transformers, safetensors and numpy (set AMT_PYTHON)"
  exit 77
fi
. "$(dirname "$0")/../../jobs/environment.sh"
export OMP_NUM_THREADS=1
exec "$python" "$(dirname "$0")/hugging_face.py" "$(realpath "$1")" "${AMT_GOLDEN_DIR:-$2}"
