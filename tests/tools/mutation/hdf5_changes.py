"""Changes to HDF5 files, mostly to their structure rather than their values."""
import math
import struct

import byte_changes

MARKS = (b"\x89HDF\r\n\x1a\n", b"TREE", b"HEAP", b"SNOD", b"OHDR", b"GCOL", b"OCHK", b"FRHP",
         b"FSHD", b"BTHD", b"BTLF")
MOMENTS = (math.nan, math.inf, -math.inf, -1.0, -1e-30, 3e38)
STRUCTURE_BYTES = 4096  # at each end of a file with many values


def structure(rng, data):
    """Returns (begin, end) of a part of the file with few or no values."""
    near = [at for at in (data.find(mark) for mark in MARKS) if at >= 0]
    kind = rng.random()
    if near and kind < 0.4:
        at = rng.choice(near)
        return at, at + 128
    if kind < 0.8:
        return 0, min(len(data), STRUCTURE_BYTES)
    return max(0, len(data) - STRUCTURE_BYTES), len(data)


def change(rng, data):
    """Returns (bytes, description)."""
    within = structure(rng, data) if rng.random() < 0.8 else None
    return byte_changes.change(rng, data, within)


def change_token(rng, data, begin, end):
    """Changes one token of a shard whose tokens are at [begin, end)."""
    at = begin + 2 * rng.randrange((end - begin) // 2)
    value = rng.choice((0, 65535, 55028, 55027, 34025, 34024, 27513, rng.randrange(65536)))
    return data[:at] + struct.pack("<H", value) + data[at + 2:], f"token at byte {at} is {value}"


def swap_rows(rng, data, begin, end):
    """Exchanges two rows of a shard, or duplicates one."""
    rows, width = (end - begin) // 2048, 2048
    first, second = (begin + width * rng.randrange(rows) for _ in range(2))
    changed = bytearray(data)
    changed[first:first + width] = data[second:second + width]
    if rng.random() < 0.7:
        changed[second:second + width] = data[first:first + width]
    return bytes(changed), f"rows at bytes {first} and {second} exchanged"


def change_moment(rng, data):
    """Replaces a value in the middle of a file of moments by one that no optimiser would
    produce."""
    at = rng.randrange(STRUCTURE_BYTES, len(data) - STRUCTURE_BYTES) & ~3
    value = rng.choice(MOMENTS)
    return data[:at] + struct.pack("<f", value) + data[at + 4:], f"moment at byte {at} is {value}"
