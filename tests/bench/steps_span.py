#!/usr/bin/env python3
"""Prints the seconds between the ends of a run's first and last step, by the time stamps in its
event files.

    steps_span.py RUN
"""
import pathlib
import struct
import sys


def records(data):
    """Yields the payloads of a TFRecord file: length (8 bytes), its checksum (4), payload, its
    checksum (4)."""
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        yield data[at + 12:at + 12 + length]
        at += 16 + length


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        return 2
    times = []
    for file in sorted(pathlib.Path(sys.argv[1], "tensorboard").glob("events.out.tfevents.*")):
        for event in records(file.read_bytes()):
            if b"train/loss" in event:  # an Event begins with field 1, the wall time as a double
                times.append(struct.unpack_from("<d", event, 1)[0])
    print(f"{max(times) - min(times):.3f}")
    return 0


sys.exit(main())
