"""Parsing MIDI files to notes: symusic, a parser in C++ with a Python interface, and amt's parser,
one core, files in the page cache. symusic's time is that of Score(path), which gives all notes."""
from parse_rate import compare

compare(__doc__, "symusic", """
import symusic, sys
def parse(path):
    symusic.Score(path)
""")
