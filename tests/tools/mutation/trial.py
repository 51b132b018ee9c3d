"""Chooses an input by seed and number, creates it in a sandbox, runs the command and judges the
result."""
import dataclasses
import os
import random
import shutil
import stat

import archive_changes
import byte_changes
import commands
import hdf5_changes
import json_changes
import midi_changes
import oracle
import pickle_changes
import safetensors_changes
import stand_ins
import targets
import text_changes

BY_FORM = {"json": json_changes.change, "jsonl": json_changes.change_line,
           "ini": text_changes.change, "hdf5": hdf5_changes.change,
           "shard": hdf5_changes.change, "moments": hdf5_changes.change,
           "safetensors": safetensors_changes.change, "midi": midi_changes.change,
           "tar": archive_changes.change_tar, "gzip": archive_changes.change_gzip,
           "zip": archive_changes.change_zip, "pickle": pickle_changes.change,
           "bytes": byte_changes.change}
STAND_IN, OTHER, BYTES, SEALED = 0.12, 0.15, 0.28, 0.5  # probabilities of the kinds of change
KEPT_TEXT = 4000  # characters of a command's output


@dataclasses.dataclass
class Change:
    """A change to a file. `sealed`: the stored hashes match the changed file."""
    kind: str
    what: str
    before: bytes
    after: bytes = b""
    stand_in: bool = False
    sealed: bool = False


@dataclasses.dataclass
class Baseline:
    """A command's results for unchanged input."""
    result: object
    fallback: object
    peak_bytes: int


@dataclasses.dataclass
class Verdict:
    number: int
    target: str
    kind: str
    what: str
    command: str
    code: int
    problems: list
    text: str


class Bench:
    """Runs inputs. Contains fixture, targets and baselines; thread-safe once constructed."""

    def __init__(self, fixture, seals):
        self.fixture, self.seals = fixture, seals
        self.targets = targets.find_targets(fixture.pristine)
        self.places = seals.shard_places(fixture.pristine / "ds")
        self.baselines = {}
        for name in sorted({name for target in self.targets for name in target.commands}):
            self.baselines[name] = self._baseline(commands.COMMANDS[name])

    def _baseline(self, command):
        sandbox = self.fixture.sandbox("baseline", command.needs)
        ended = self.fixture.run(command.argv, sandbox)
        if ended.code != 0:
            raise SystemExit(f"{command.name} ends with {ended.code} on an unchanged input: "
                             f"{ended.stderr}")
        result = command.result(sandbox, ended)
        fallback = result
        if command.name.startswith("eval, ") and "run" in command.needs:
            sandbox = self.fixture.sandbox("baseline", command.needs)
            shutil.rmtree(sandbox / "run/checkpoints/step-000002")
            fallback = command.result(sandbox, self.fixture.run(command.argv, sandbox))
        return Baseline(result, fallback, ended.peak_bytes)

    def choose(self, seed, number, wanted=""):
        """Returns (random numbers, target, command) for an input; the target's path contains
        `wanted`."""
        rng = random.Random(f"{seed}/{number}")
        targets = [target for target in self.targets if wanted in target.path]
        target = rng.choices(targets, [target.weight for target in targets])[0]
        return rng, target, commands.COMMANDS[rng.choice(target.commands)]

    def _seal(self, target, path):
        if target.form == "shard":
            if self.places[path.name][0] == self.places[path.name][1]:
                return  # a shard without rows has no hash
            self.seals.seal_shard(path, self.places[path.name])
        else:
            self.seals.seal_checkpoint(path)

    def _lie(self, rng, target, change):
        """Makes a change whose hashes will be corrected; changes values if the file contains
        any."""
        place = self.places.get(os.path.basename(target.path))
        if target.form == "shard" and place[0] < place[1]:
            lie = rng.choice((hdf5_changes.change_token, hdf5_changes.change_token,
                              hdf5_changes.swap_rows))
            return lie(rng, change.before, *place)
        if target.form == "moments" and rng.random() < 0.4:
            return hdf5_changes.change_moment(rng, change.before)
        return BY_FORM[target.form](rng, change.before)

    def _other(self, rng, target):
        """Returns the path of another file with the same extension; the same file if there is
        none."""
        ending = os.path.splitext(target.path)[1]
        others = [other.path for other in self.targets
                  if other.path != target.path and other.path.endswith(ending)]
        return rng.choice(others or [target.path])

    def change(self, rng, target, path):
        """Changes the file at `path` in a sandbox."""
        change = Change("", "", path.read_bytes())
        kind = rng.random()
        if kind < STAND_IN:
            change.kind, change.stand_in = "stand-in", True
            change.what = stand_ins.choose(rng, self.fixture.as_stranger)
            stand_ins.put(change.what, path)
            return change
        if kind < OTHER:
            other = self._other(rng, target)
            change.kind, change.what, change.after = "other", f"{other} in its place", (
                self.fixture.pristine / other).read_bytes()
            path.write_bytes(change.after)
            return change
        if target.sealed and rng.random() < SEALED:
            change.kind, change.sealed = "lie", True
            change.after, change.what = self._lie(rng, target, change)
        elif kind < BYTES:
            change.kind = "bytes"
            change.after, change.what = byte_changes.change(rng, change.before)
        else:
            change.kind = "fields"
            change.after, change.what = BY_FORM[target.form](rng, change.before)
        path.write_bytes(change.after)
        if change.sealed:
            self._seal(target, path)
        return change

    def _shown(self, path):
        """Checks that, if amt finds the file intact, HDF5 (and so h5py) reads the original rows."""
        rows = self.seals.rows_of(path)
        if rows != self.seals.rows_of(self.fixture.pristine / "ds" / path.name):
            yield "silently wrong", f"HDF5 reads other rows: {rows}"

    def trial(self, seed, number, worker, wanted=""):
        """Runs an input in the worker's own sandbox."""
        rng, target, command = self.choose(seed, number, wanted)
        parts = {*command.needs, target.path.split("/")[0]}
        sandbox = self.fixture.sandbox(worker, sorted(parts), self.fixture.as_stranger)
        path = sandbox / target.path
        change = self.change(rng, target, path)
        stranger = change.what == stand_ins.UNREADABLE
        before, led_to = _snapshot(sandbox), _led_to(sandbox, command)
        ended = self.fixture.run(command.argv, sandbox, stranger)
        try:
            result = command.result(sandbox, ended) if ended.code == 0 else None
        except Exception as error:  # any exception means that there is no result
            result = oracle.NoResult(f"{type(error).__name__} {error}")
        problems = oracle.judge(target, change, command.name, ended, result,
                                self.baselines[command.name])
        if target.form == "hdf5" and ended.code == 0:
            problems += self._shown(path)
        problems += _touched(sandbox, before, (*command.writes, *led_to), command, ended)
        return Verdict(number, target.path, change.kind, change.what, command.name, ended.code,
                       problems, ended.text[:KEPT_TEXT])


def _snapshot(sandbox):
    """Returns, for all files, {path: a value that changes if the file is written}."""
    found = {}
    for root, folders, files in os.walk(sandbox):
        for name in (*folders, *files):
            path = os.path.join(root, name)
            status = os.lstat(path)
            is_folder = stat.S_ISDIR(status.st_mode)
            found[os.path.relpath(path, sandbox)] = (
                status.st_mode, None if is_folder else (status.st_size, status.st_mtime_ns,
                                                        status.st_ino))
    return found


def _led_to(sandbox, command):
    """Returns the targets of links among the command's own outputs. A command that may write to a
    link may also write to its target."""
    found = []
    for root, folders, files in os.walk(sandbox):
        for name in (*folders, *files):
            path = os.path.join(root, name)
            if os.path.islink(path) and _lies_in(os.path.relpath(path, sandbox), command.writes):
                found.append(os.path.relpath(os.path.realpath(path), os.path.realpath(sandbox)))
    return found


def _lies_in(path, names):
    return any(path == name or path.startswith(name + "/") for name in names)


def _touched(sandbox, before, writes, command, ended):
    """Yields a problem for each file that the command must not have touched, or left after an
    error."""
    now = _snapshot(sandbox)
    for path in sorted({*before, *now}):
        if not _lies_in(path, ("out", *writes)) and before.get(path) != now.get(path):
            yield "touched", path
    if ended.code in (1, 2, 3) and command.name.split()[0] in ("inspect", "eval", "report"):
        left = [path for path in now if path.startswith("out/")]
        if left:
            yield "left over", left[0]
