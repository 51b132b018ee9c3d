#!/usr/bin/python3
"""Compares the MIDI parser with mido 1.2.10 on damaged and random files.

A seed determines the files: golden files with a few bytes changed, golden files with odd events
inserted between others, and files made of random events. Each is read by mido with the reference's
rules on top (reimplemented below), and by amt's parser through midi_dump. Prints the differences
and keeps the files that differ. Exit status: 1 if there are any, 77 if mido 1.2.10 is not
installed.
"""
import argparse
import collections
import gzip
import hashlib
import io
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

try:
    import mido
except ImportError:
    print("skipped: this Python has no mido (jobs/install-deps.sh peers)")
    sys.exit(77)

BATCH = 500
REJECT = "REJECT"


def playback(data):
    """Yields (message, seconds since the previous one) as mido plays the file. Any exception means
    that the file is rejected."""
    for message in mido.MidiFile(file=io.BytesIO(data)):
        if message.time < 0:
            raise ValueError("negative time")
        yield message


def instrument_of(message, programs):
    return 128 if message.channel == 9 else programs[message.channel]


def compound(data):
    out, time = [], 0
    programs, sounding = collections.defaultdict(int), collections.defaultdict(list)
    for message in playback(data):
        time += message.time
        if message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type in ("note_on", "note_off"):
            instrument = instrument_of(message, programs)
            queue = sounding[instrument, message.note, message.channel]
            if message.type == "note_on" and message.velocity > 0:
                queue.append((len(out), time))
                out.append([round(100 * time), -1, message.note, instrument, message.velocity])
            elif queue:
                index, onset = queue.pop(0)
                out[index][1] = round(100 * (time - onset))
    return " ".join(str(value) for note in out for value in note)


def interarrival(data):
    out, wait, truncations = [], 0, 0
    programs = collections.defaultdict(int)
    for message in playback(data):
        wait += message.time
        if message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type in ("note_on", "note_off"):
            ticks = round(100 * wait)
            truncations += ticks > 999
            if ticks > 0:
                out.append(min(ticks, 999))
            starts = message.type == "note_on" and message.velocity > 0
            offset = 1000 if starts else 17512
            out.append(offset + 128 * instrument_of(message, programs) + message.note)
            wait = 0
    return "".join(f"{token} " for token in out) + str(truncations)


def md5_or_reject(function, data):
    try:
        return hashlib.md5(function(data).encode()).hexdigest()
    except Exception:  # the reference drops the file after any exception
        return REJECT


def quantity(value, padding=0):
    """Returns a variable-length quantity with redundant leading bytes."""
    groups = [value & 0x7F]
    while value > 0x7F:
        value >>= 7
        groups.append(0x80 | value & 0x7F)
    return bytes([0x80] * padding + groups[::-1])


def random_delta(rng):
    kind = rng.random()
    if kind < 0.6:
        return quantity(rng.choice((0, 0, 1, 10, 60, 120, rng.randrange(500))))
    if kind < 0.97:
        return quantity(rng.randrange(1 << rng.choice((7, 8, 14, 15))), rng.random() < 0.1)
    if kind < 0.995:
        return quantity(rng.randrange(1 << rng.choice((21, 32, 33))), rng.randrange(4))
    return quantity(rng.randrange(1 << rng.choice((55, 64, 65, 90, 300, 1024, 1030, 1100))))


META_TYPES = (0, 1, 2, 3, 4, 5, 6, 7, 9, 0x20, 0x21, 0x2F, 0x2F, 0x51, 0x51, 0x51, 0x54, 0x58, 0x59,
              0x7F)


def random_meta(rng):
    type_ = rng.choice(META_TYPES) if rng.random() < 0.99 else rng.randrange(256)
    length = {0x51: 3, 0x54: 5, 0x58: 4, 0x59: 2}.get(type_, rng.randrange(6))
    if rng.random() < 0.05:
        length = rng.randrange(8)
    payload = [rng.randrange(256) if rng.random() < 0.5 else rng.randrange(60)
               for _ in range(length)]
    if type_ == 0x51 and length > 2 and rng.random() < 0.9:
        payload[0] = rng.choice((0, 5, 7, 12))
    if type_ == 0x59 and length > 1 and rng.random() < 0.8:
        payload[:2] = [rng.choice((0, 1, 7, 0xF9, 0xFF)), rng.randrange(2)]
    if type_ == 0x54 and length > 4 and rng.random() < 0.8:
        payload = [min(byte, 59) for byte in payload]
    return bytes([0xFF, type_]) + quantity(length, rng.random() < 0.05) + bytes(payload)


def random_event(rng):
    """Returns an event without its delta time, mostly a note of one of a few pitches, so notes pair
    and overlap."""
    kind = rng.random()
    channel = rng.choice((0, 0, 1, 9, rng.randrange(16)))
    data = [rng.randrange(58, 63), rng.choice((0, 1, 64, 127))]
    if kind < 0.35:
        return bytes([0x90 | channel] + data)
    if kind < 0.6:
        return bytes([0x80 | channel] + data)
    if kind < 0.75:
        return bytes(data)  # running status
    if kind < 0.8:
        return bytes([0xC0 | channel, rng.randrange(4)])
    if kind < 0.87:
        return bytes([rng.choice((0xA0, 0xB0, 0xD0, 0xE0)) | channel] + data)
    if kind < 0.93:
        return random_meta(rng)
    if kind < 0.97:
        return bytes([rng.choice((0xF1, 0xF2, 0xF3, 0xF6, 0xF8, 0xFA, 0xFB, 0xFC, 0xFE))] +
                     data[:rng.randrange(3)])
    if kind < 0.99:
        payload = bytes(rng.choice((0xF0, 0xF7, 1, 0x7F)) for _ in range(rng.randrange(4)))
        return bytes([rng.choice((0xF0, 0xF7))]) + quantity(len(payload)) + payload
    return bytes([rng.randrange(256)] + data)


def clean_event(rng):
    """Returns an event that is never rejected by itself."""
    while True:
        event = random_event(rng)
        length = {0x8: 3, 0x9: 3, 0xA: 3, 0xB: 3, 0xC: 2, 0xD: 2, 0xE: 3}.get(event[0] >> 4)
        if length is not None:
            return event[:length]
        if event[0] == 0xFF:
            return event


def chunk(name, body):
    return name + struct.pack(">I", len(body)) + body


def random_file(rng):
    make = clean_event if rng.random() < 0.7 else random_event
    tracks = []
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5, 9))):
        body = b"".join(random_delta(rng) + make(rng) for _ in range(rng.choice((0, 3, 30, 150))))
        tracks.append(body + (b"\0\xff\x2f\0" if rng.random() < 0.8 else b""))
    division = rng.choice((96, 120, 384, 480, 480, 1, 32767, 0, -5, -25 * 256 + 40))
    count = len(tracks) + (rng.choice((-1, 1, 3)) if rng.random() < 0.03 else 0)
    header = struct.pack(">hhh", rng.choice((0, 1, 1, 1, 2, 7, -1)), count, division)
    return chunk(b"MThd", header) + b"".join(chunk(b"MTrk", body) for body in tracks)


ODD_BYTES = (0, 1, 0x7F, 0x80, 0x81, 0x90, 0xC0, 0xF0, 0xF1, 0xF7, 0xF8, 0xFF, 0x2F, 0x51, 0x54,
             0x58, 0x59)


def changed_bytes(rng, data, others):
    """Returns the data with a few local changes, many of which make the file invalid."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        at, length = rng.randrange(len(data)), rng.choice((1, 1, 2, 4, 30))
        kind = rng.randrange(8)
        if kind < 3:
            data[at] = rng.choice(ODD_BYTES) if rng.random() < 0.5 else rng.randrange(256)
        elif kind == 3:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 4:
            del data[at:at + length]
        elif kind == 5:
            data[at:at] = bytes(rng.choice(ODD_BYTES) for _ in range(length))
        elif kind == 6:
            other = rng.choice(others)
            start = rng.randrange(max(1, len(other)))
            data[at:at + length] = other[start:start + length]
        else:
            del data[at + 1 if rng.random() < 0.3 else len(data):]
    return bytes(data)


def with_odd_events(rng, data):
    """Inserts events at the start of a track, where an event is known to begin, and corrects the
    track's size."""
    at = data.find(b"MTrk", rng.randrange(max(1, len(data))))
    at = at if at >= 0 else data.find(b"MTrk")
    if at < 0 or at + 8 > len(data):
        return data
    size = struct.unpack(">I", data[at + 4:at + 8])[0]
    make = clean_event if rng.random() < 0.7 else random_event
    events = b"".join(random_delta(rng) + make(rng) for _ in range(rng.choice((1, 2, 10))))
    new_size = struct.pack(">I", (size + len(events)) & 0xFFFFFFFF)
    return data[:at + 4] + new_size + events + data[at + 8:]


def golden_files(folder):
    files = []
    for path in sorted(folder.glob("mid/*")) + sorted(folder.glob("tree/*/*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if len(data) < 20000:
            files.append(data)
    return files


def make_file(rng, golden):
    kind = rng.random()
    if kind < 0.4:
        return changed_bytes(rng, rng.choice(golden), golden)
    if kind < 0.7:
        return with_odd_events(rng, rng.choice(golden))
    return random_file(rng)


def dump(tool, paths):
    text = "".join(f"{path}\n" for path in paths)
    done = subprocess.run([tool], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{tool} ended with {done.returncode}: {done.stderr.strip()}")
    return [tuple(line.split()[1:]) for line in done.stdout.splitlines()]


def compare(files, tool, folder, keep):
    """Returns the numbers of accepted files and of differences in one batch."""
    paths = []
    for index, data in enumerate(files):
        paths.append(folder / f"{index:04d}.mid")
        paths[-1].write_bytes(data)
    differing = accepted = 0
    for path, data, ours in zip(paths, files, dump(tool, paths)):
        theirs = (md5_or_reject(compound, data), md5_or_reject(interarrival, data))
        accepted += theirs[0] != REJECT
        if ours != theirs:
            differing += 1
            kept = keep / f"{hashlib.md5(data).hexdigest()}.mid"
            kept.write_bytes(data)
            print(f"DIFFERENT {kept}: library {ours}, mido {theirs}")
    return accepted, differing


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, help="the program midi_dump")
    parser.add_argument("--golden", required=True, type=pathlib.Path, help="golden data folder")
    parser.add_argument("--count", type=int, default=20000, help="number of files to create")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("."),
                        help="folder for files that differ")
    options = parser.parse_args()
    if mido.version_info[:3] != (1, 2, 10):
        print(f"skipped: mido {mido.__version__}, whose rules differ from 1.2.10's")
        return 77
    rng = random.Random(options.seed)
    golden = golden_files(options.golden)
    accepted = differing = 0
    with tempfile.TemporaryDirectory() as folder:
        for done in range(0, options.count, BATCH):
            files = [make_file(rng, golden) for _ in range(min(BATCH, options.count - done))]
            counts = compare(files, options.tool, pathlib.Path(folder), options.keep)
            accepted, differing = accepted + counts[0], differing + counts[1]
    print(f"{options.count} files, seed {options.seed}: {accepted} accepted by mido, "
          f"{differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
