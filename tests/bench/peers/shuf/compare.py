"""shuf of GNU coreutils, with which the reference shuffles: it keeps all lines in memory. The time of
amt is that of a whole amt prepare with 64 MB, from MIDI files to shards."""
from measure import run
from text_shuffle import compare

compare(__doc__, "shuf", lambda lines, output, _: run(["shuf", "-o", output, lines]))
