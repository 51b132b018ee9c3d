"""terashuf, which shuffles lines of text in limited memory (here 64 MB). The time of amt is that of a
whole amt prepare with 64 MB, from MIDI files to shards."""
import os
import pathlib
import subprocess

from measure import run
from text_shuffle import compare

source = pathlib.Path(os.environ["AMT_PEER_SOURCE"])
subprocess.run(["make", "-C", source], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def shuffle(lines, output, work):
    settings = {"MEMORY": "0.064", "TMPDIR": str(work), "SEED": "1"}
    with open(lines, "rb") as text, open(output, "wb") as out:
        return run([source / "terashuf"], output=out, stdin=text, stderr=subprocess.DEVNULL, env=os.environ | settings)


compare(__doc__, "terashuf", shuffle)
