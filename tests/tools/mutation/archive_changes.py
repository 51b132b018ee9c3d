"""Malicious archives: tar headers with correct checksums, odd members, and gzip streams with
further data after the end."""
import gzip
import io
import random
import tarfile
import warnings
import zipfile
import zlib

import byte_changes

BLOCK = 512
BOMB_BYTES = 300 << 20  # larger than any MIDI file may be
FIELDS = {"name": (0, 100), "mode": (100, 8), "size": (124, 12), "mtime": (136, 12),
          "typeflag": (156, 1), "linkname": (157, 100), "magic": (257, 8), "devmajor": (329, 8),
          "prefix": (345, 155)}


def _sign(block):
    """Returns a header block with a correct checksum."""
    block = bytearray(block)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def _headers(data):
    return [at for at in range(0, len(data), BLOCK) if data[at + 257:at + 262] == b"ustar"]


def _field_value(rng, name, width):
    if name == "typeflag":
        return rng.choice((b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"L", b"K", b"x", b"g",
                           b"S", b"V", b"\0", b"\xff"))
    if name in ("name", "linkname", "prefix"):
        return rng.choice((b"../../etc/passwd", b"/etc/passwd", b"", b".", b"a/" * 40, b"x" * width,
                           b"\xff\xfe.mid", b"new\nline.mid", b"\x1b[31m.mid", b"corpus"))
    return rng.choice((b"\x80" + b"\xff" * (width - 1), b"\x80" + b"\0" * (width - 2) + b"\x10",
                       b"7" * (width - 1), b"0" * (width - 1), b"-1", b"9", b"", b"\xff" * width))


def change_header(rng, data):
    """Changes a field of a header and corrects the header's checksum."""
    at = rng.choice(_headers(data))
    name = rng.choice(list(FIELDS))
    begin, width = FIELDS[name]
    value = _field_value(rng, name, width)[:width].ljust(width, b"\0")
    block = bytearray(data[at:at + BLOCK])
    block[begin:begin + width] = value
    return data[:at] + _sign(block) + data[at + BLOCK:], f"{name} of a header is {value[:20]!r}"


def _member(name, **fields):
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def _odd_members(rng):
    link = {"type": tarfile.SYMTYPE}
    return rng.choice((
        ("links in a cycle", [_member("a.mid", linkname="b.mid", **link),
                               _member("b.mid", linkname="a.mid", **link)]),
        ("a folder with a link to itself", [_member("d", linkname=".", **link)]),
        ("a link that leaves the archive", [_member("p.mid", linkname="/etc/passwd", **link)]),
        ("a hard link to nothing", [_member("h.mid", type=tarfile.LNKTYPE, linkname="no.mid")]),
        ("a pipe and a device", [_member("f.mid", type=tarfile.FIFOTYPE),
                                 _member("c.mid", type=tarfile.CHRTYPE, devmajor=1, devminor=5)]),
        ("folders 3000 deep", [_member("d/" * 3000 + "x.mid")]),
        ("a name of 1 MB", [_member("n" * 1_000_000 + ".mid")]),
        ("a link to a name of 1 MB", [_member("l.mid", linkname="n" * 1_000_000, **link)]),
        ("a false sparse map", [_member("s.mid", pax_headers={
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s.mid",
            "GNU.sparse.realsize": str(1 << 62)})]),
        ("a size of 2^62 in a pax header", [_member("z.mid", pax_headers={"size": str(1 << 62)})]),
        ("a size below 0 in a pax header", [_member("z.mid", pax_headers={"size": "-5"})]),
        ("20000 empty files", [_member(f"e{i}.mid") for i in range(20_000)]),
        ("the same name 500 times", [_member("same.mid") for _ in range(500)])))


def add_members(rng, data):
    """Inserts members that no program would write before the others."""
    name, members = _odd_members(rng)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            tar.addfile(member)
        end = tar.offset
    return stream.getvalue()[:end] + data, name


def change_tar(rng, data):
    """Returns (bytes, description)."""
    kind = rng.random()
    if kind < 0.35:
        return change_header(rng, data)
    if kind < 0.55:
        return add_members(rng, data)
    at = rng.choice(_headers(data))
    return byte_changes.change(rng, data, (at, at + BLOCK) if kind < 0.8 else None)


def _bomb():
    """Returns a compressed member that is larger than any MIDI file may be."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(_member("bomb.mid", size=BOMB_BYTES).tobuf())]
    parts += [packer.compress(bytes(1 << 20)) for _ in range(BOMB_BYTES >> 20)]
    return b"".join((*parts, packer.flush()))


def change_gzip(rng, data):
    """Changes a compressed tar: either the compressed bytes, or the contents, which are compressed
    again."""
    kind = rng.random()
    if kind < 0.5:
        return byte_changes.change(rng, data)
    if kind < 0.53:
        return _bomb() + data, f"{BOMB_BYTES} zeros as one file in 300 KB"
    if kind < 0.6:
        return rng.choice(((data + data, "the stream twice"),
                           (data + gzip.compress(b"", mtime=0), "an empty stream after it"),
                           (data + b"garbage", "garbage after it"),
                           (gzip.compress(data, mtime=0), "packed twice"),
                           (data[:10] + data[18:], "part of the stream left out")))
    changed, done = change_tar(rng, gzip.decompress(data))
    return gzip.compress(changed, mtime=0), f"inside: {done}"


def _zip_places(data):
    """Returns (begin, end) of the directory at the end, or of the headers before the members."""
    places = [(data.rfind(b"PK\5\6"), len(data)), (data.find(b"PK\1\2"), len(data))]
    at = -1
    while (at := data.find(b"PK\3\4", at + 1)) >= 0:
        places.append((at, at + 60))
    return [place for place in places if place[0] >= 0]


def _odd_zip(rng):
    names, stream = rng.choice((("../x.mid", "/x.mid"), ("x.mid", "x.mid"), ("n" * 60_000,),
                                ("d/" * 3000 + "x.mid",), ("a\nb.mid",))), io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of duplicate names
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), random.Random(0).randbytes(100))
    return stream.getvalue(), f"members {[name[:20] for name in names]}"


def change_zip(rng, data):
    """Returns (bytes, description)."""
    kind = rng.random()
    if kind < 0.1:
        return _odd_zip(rng)
    within = rng.choice(_zip_places(data)) if kind < 0.7 else None
    return byte_changes.change(rng, data, within)
