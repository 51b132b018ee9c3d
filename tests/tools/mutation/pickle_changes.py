"""Malicious PyTorch weights: pickles that call forbidden functions or grow without bound."""
import pickletools
import struct

import archive_changes
import byte_changes

PICKLE = b"\x80\x02ccollections\nOrderedDict\n"
GLOBALS = (b"cos\nsystem\n", b"cposix\nsystem\n", b"cbuiltins\neval\n", b"c__builtin__\nexec\n",
           b"ctorch\nload\n", b"ctorch._utils\n_rebuild_tensor_v3\n",
           b"c" + b"x" * 100_000 + b"\ny\n")
OPCODES = (b"(" * 10_000, b"2" * 1000, b"0", b".", b"]" * 5000, b"\x85" * 5000, b"\x94" * 100,
           b"\x8a\xff" + b"\x7f" * 255, b"X\xff\xff\xff\x7f", b"T\xff\xff\xff\xff", b"h\xff",
           b"j\xff\xff\xff\xff", b"r\xff\xff\xff\xff", b"}" * 5000, b"R", b"b", b"Q", b"u", b"s")


def _pickle_place(data):
    """Returns (begin, end) of the pickle with the tensors, in a zip archive or a legacy file."""
    begin = data.find(PICKLE)
    if begin < 0:
        return 0, min(len(data), 4096)
    end = data.find(b".PK", begin)
    return begin, end + 1 if end >= 0 else min(len(data), begin + 4000)


def _integers(data, begin):
    """Yields the positions of the integers in the pickle: shapes, strides, counts."""
    found, widths = [], {"BININT": 4, "BININT1": 1, "BININT2": 2}
    try:
        for opcode, _, at in pickletools.genops(data[begin:]):
            if opcode.name in widths:
                found.append((begin + at + 1, widths[opcode.name]))
    except ValueError:
        pass
    return found


def change(rng, data):
    """Returns (bytes, description)."""
    begin, end = _pickle_place(data)
    kind = rng.random()
    integers = _integers(data, begin) if kind < 0.25 else []
    if integers:
        at, width = rng.choice(integers)
        value = struct.pack("<Q", rng.choice(byte_changes.NUMBERS))[:width]
        return data[:at] + value + data[at + width:], f"a number of the pickle is {value.hex()}"
    if kind < 0.4:
        odd = rng.choice(GLOBALS + OPCODES)
        at = rng.randrange(begin + 2, end)
        return data[:at] + odd + data[at + len(odd):], f"{odd[:20]!r} at byte {at}"
    if kind < 0.6 and data[:2] == b"PK":
        return archive_changes.change_zip(rng, data)
    return byte_changes.change(rng, data, (begin, end) if kind < 0.85 else None)
