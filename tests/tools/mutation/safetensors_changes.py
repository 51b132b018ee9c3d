"""Malicious safetensors files: false header lengths, headers and values."""
import json
import math
import struct

import byte_changes
import json_changes

LENGTHS = (0, 1, 7, 8, 1 << 20, 1 << 31, 1 << 40, 1 << 63, (1 << 64) - 1)
VALUES = (math.nan, math.inf, -math.inf, 3e38, -3e38, 1e-42)


def _parts(data):
    length = struct.unpack("<Q", data[:8])[0]
    return data[8:8 + length], data[8 + length:]


def _whole(header, body):
    return struct.pack("<Q", len(header)) + header + body


def change_length(rng, data):
    length = struct.unpack("<Q", data[:8])[0]
    value = rng.choice((*LENGTHS, len(data), len(data) - 8, length + 1, length - 1, length + 8))
    return struct.pack("<Q", value) + data[8:], f"header length set to {value}"


def change_header(rng, data):
    header, body = _parts(data)
    if rng.random() < 0.3:
        header, done = byte_changes.change(rng, header)
    else:
        header, done = json_changes.change(rng, header)
    return _whole(header, body), f"header: {done}"


def swap_tensors(rng, data):
    """Swaps two tensors of the same size, which gives a valid file with another model."""
    header, body = _parts(data)
    tensors = json.loads(header)
    names = sorted(set(tensors) - {"__metadata__"})
    first = rng.choice(names)
    same = [n for n in names if n != first and tensors[n]["shape"] == tensors[first]["shape"]]
    if not same:
        return change_header(rng, data)
    second = rng.choice(same)
    tensors[first], tensors[second] = tensors[second], tensors[first]
    return _whole(json.dumps(tensors).encode(), body), f"{first} and {second} swapped"


def change_value(rng, data):
    """Replaces one weight by a value that makes later arithmetic overflow or give NaN."""
    header, body = _parts(data)
    at, value = 4 * rng.randrange(len(body) // 4), rng.choice(VALUES)
    body = body[:at] + struct.pack("<f", value) + body[at + 4:]
    return _whole(header, body), f"value {at // 4} is {value}"


def change(rng, data):
    """Returns (bytes, description)."""
    kind = rng.random()
    if kind < 0.15:
        return change_length(rng, data)
    if kind < 0.5:
        return change_header(rng, data)
    if kind < 0.6:
        return swap_tensors(rng, data)
    if kind < 0.8:
        return change_value(rng, data)
    return byte_changes.change(rng, data)
