"""Parsing MIDI files: mido 1.2.10, which the reference uses, and amt's parser, one core, files in
the page cache. mido's time is that of MidiFile() and of iterating over its messages in order of
time, as the reference does."""
from parse_rate import compare

compare(__doc__, "mido", """
import mido, sys
def parse(path):
    for message in mido.MidiFile(path): pass
""")
