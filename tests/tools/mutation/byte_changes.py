"""Mutations that ignore the file format; each returns (bytes, description)."""
import struct

NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 1 << 24, (1 << 31) - 1, 1 << 31,
           (1 << 32) - 1, 1 << 40, (1 << 53) + 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)


def _place(rng, data, within):
    """Returns a random offset within one of the parts in `within`, given as (begin, end)."""
    begin, end = within or (0, len(data))
    end = min(end, len(data))
    return rng.randrange(min(begin, end - 1), end) if end > 0 else 0


def flip_bit(rng, data, within=None):
    data, at, bit = bytearray(data), _place(rng, data, within), rng.randrange(8)
    if data:
        data[at] ^= 1 << bit
    return bytes(data), f"bit {bit} of byte {at} flipped"


def flip_bits(rng, data, within=None):
    data, count = bytearray(data), rng.choice((2, 3, 8, 40))
    places = [_place(rng, data, within) for _ in range(count)]
    for at in places if data else ():
        data[at] ^= 1 << rng.randrange(8)
    return bytes(data), f"one bit flipped in each of bytes {places[:8]}"


def set_byte(rng, data, within=None):
    data, at = bytearray(data), _place(rng, data, within)
    value = rng.choice((0, 0xFF, 0x7F, 0x80, rng.randrange(256)))
    if data:
        data[at] = value
    return bytes(data), f"byte {at} set to {value}"


def set_number(rng, data, within=None):
    """Overwrites a field of 1, 2, 4 or 8 bytes with a boundary value."""
    at, width = _place(rng, data, within), rng.choice((1, 2, 4, 8))
    at -= at % rng.choice((1, width))
    value = rng.choice(NUMBERS) + rng.choice((0, 0, 0, -1, 1))
    number = struct.pack("<Q", value & ((1 << 64) - 1))[:width]
    number = rng.choice((number, number[::-1]))
    return data[:at] + number + data[at + width:], f"{number.hex()} written at byte {at}"


def truncate(rng, data, within=None):
    kept = rng.choice((1, len(data) // 2, len(data) - 1, len(data) - 8, _place(rng, data, within),
                       _place(rng, data, within), 512, 4096))
    kept = max(0, min(kept, len(data) - 1))
    return data[:kept], f"cut off after {kept} of {len(data)} bytes"


def grow(rng, data, within=None):
    count = rng.choice((1, 7, 512, 5000))
    name, more = rng.choice((("zeros", bytes(count)), ("random bytes", rng.randbytes(count)),
                             ("bytes copied from its start", data[:count])))
    return data + more, f"{len(more)} {name} appended"


def zero_block(rng, data, within=None):
    at, length = _place(rng, data, within), rng.choice((4, 16, 64, 512, 4096))
    fill = rng.choice((b"\0", b"\0", b"\xff"))
    length = min(length, len(data) - at)
    return data[:at] + fill * length + data[at + length:], f"bytes {at}+{length} all {fill.hex()}"


def swap_blocks(rng, data, within=None):
    length = max(1, min(rng.choice((1, 8, 64, 512, 2048)), len(data) // 2))
    first, second = sorted((_place(rng, data, within), _place(rng, data, within)))
    second = max(second, first + length)
    if second + length > len(data):
        return flip_bit(rng, data, within)
    one, two = data[first:first + length], data[second:second + length]
    changed = data[:first] + two + data[first + length:second] + one + data[second + length:]
    return changed, f"bytes {first}+{length} and {second}+{length} swapped"


def remove_block(rng, data, within=None):
    at, length = _place(rng, data, within), rng.choice((1, 2, 8, 100, 512))
    return data[:at] + data[at + length:], f"bytes {at}+{length} removed"


def repeat_block(rng, data, within=None):
    at, length = _place(rng, data, within), rng.choice((1, 8, 100, 512))
    return data[:at + length] + data[at:], f"bytes {at}+{length} duplicated"


CHANGES = (flip_bit, flip_bit, flip_bits, set_byte, set_number, set_number, truncate, grow,
           zero_block, swap_blocks, remove_block, repeat_block)


def change(rng, data, within=None):
    """Applies a random change at an offset in `within`; the result always differs from the
    input."""
    for _ in range(20):
        changed, done = rng.choice(CHANGES)(rng, data, within)
        if changed != data:
            return changed, done
    return data + b"\0", "a zero appended"
