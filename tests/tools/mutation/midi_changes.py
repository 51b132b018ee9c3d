"""Malicious MIDI files: false chunk sizes and headers, and odd events at the start of a track."""
import struct

import byte_changes

EVENTS = (b"\x00\xff\x51\x03\x00\x00\x00", b"\x00\xff\x51\x03\xff\xff\xff", b"\x00\xff\x2f\x00",
          b"\xff\xff\xff\x7f\x90\x3c\x40", b"\x00\xf0\xff\xff\xff\x7f",
          b"\x00\xff\x7f\x8f\xff\xff\x7f",
          b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", b"\x00\xf7\x00", b"\x00\x3c\x40",
          b"\x00\xc0\x7f\x00\x90\x7f\x7f", b"\x00\xff\x00\x02\x00\x01")
SIZES = (0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
DIVISIONS = (0, 1, 0x7FFF, 0x8000, 0xE728, 0xFFFF)


def _tracks(data):
    at, found = 0, []
    while (at := data.find(b"MTrk", at)) >= 0:
        found.append(at)
        at += 4
    return found


def change(rng, data):
    """Returns (bytes, description)."""
    tracks, kind = _tracks(data), rng.random()
    if not tracks or kind < 0.5:
        return byte_changes.change(rng, data)
    at = rng.choice(tracks)
    if kind < 0.65:
        size = rng.choice((*SIZES, len(data)))
        return data[:at + 4] + struct.pack(">I", size) + data[at + 8:], f"a track of {size} bytes"
    if kind < 0.8:
        header = struct.pack(">HHH", rng.choice((0, 1, 2, 3, 0xFFFF)),
                             rng.choice((0, len(tracks), 1, 0xFFFF)), rng.choice(DIVISIONS))
        return data[:8] + header + data[14:], f"header {header.hex()}"
    events = b"".join(rng.choice(EVENTS) for _ in range(rng.choice((1, 3, 1000))))
    return data[:at + 8] + events + data[at + 8:], f"{len(events)} bytes of odd events"
