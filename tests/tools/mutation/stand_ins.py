"""Replacements for an expected file: pipes, folders, devices, links, or nothing."""
import os
import shutil
import socket

SPARSE_BYTES = 1 << 40


def _pipe(path):
    os.mkfifo(path)


def _folder(path):
    path.mkdir()


def _socket(path):
    here = os.open(path.parent, os.O_RDONLY)
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"/proc/self/fd/{here}/{path.name}")  # the real path might be too long
    server.close()
    os.close(here)


def _sparse(path):
    with open(path, "wb") as file:
        file.truncate(SPARSE_BYTES)


def _link(target):
    return lambda path: path.symlink_to(target)


STAND_INS = {
    "a pipe": _pipe,
    "a folder": _folder,
    "a socket": _socket,
    "an empty file": lambda path: path.write_bytes(b""),
    "a file of 1 TiB without blocks": _sparse,
    "a link to /dev/zero": _link("/dev/zero"),
    "a link to /dev/null": _link("/dev/null"),
    "a link to /dev/full": _link("/dev/full"),
    "a link to /proc/self/mem": _link("/proc/self/mem"),
    "a link to nothing": _link("nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to /proc": _link("/proc"),
    "a link to its own folder": _link("."),
    "nothing": lambda path: None,
}
UNREADABLE = "a file that may not be read"
ELSEWHERE = "a link to the same file elsewhere"


def choose(rng, as_stranger):
    """Chooses a replacement at random. `as_stranger`: whether programs can be run as a user who has
    no permission to read a file."""
    kinds = [*STAND_INS, ELSEWHERE] + [UNREADABLE] * as_stranger
    return rng.choice(kinds)


def put(kind, path):
    """Replaces the file at `path`."""
    if kind == UNREADABLE:
        path.chmod(0)
    elif kind == ELSEWHERE:
        other = path.parent.parent / f"elsewhere-{path.name}"
        shutil.move(path, other)
        path.symlink_to(other)
    else:
        path.unlink()
        STAND_INS[kind](path)
