"""Shared code of the comparisons with other programs: a bench build of amt, the corpus,
interleaved runs, and the table."""
import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
PEERS = ROOT / "tests/bench/peers"
BUILD = ROOT / "build/bench"


@dataclasses.dataclass
class Use:
    """Resources that a command used: CPU seconds and the peak resident MiB of its largest process."""
    cpu: float
    wall: float
    peak: float


def run(command, output=subprocess.DEVNULL, **more):
    """Runs a command to its end, and returns its Use; its children's CPU time is included."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=output, **more)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed with exit code {process.returncode}")
    return Use(used.ru_utime + used.ru_stime, time.monotonic() - begin, used.ru_maxrss / 1024)


def text_of(command, **more):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True, **more).stdout


def number(pattern, text):
    """Returns the number that the pattern captures in a program's output."""
    found = re.search(pattern, text)
    return float(found.group(1)) if found else sys.exit(f"nothing like '{pattern}' in:\n{text}")


def built(*targets):
    """Builds targets of the bench preset unless AMT_BUILD names a build; returns the folder of
    the programs."""
    if build := os.environ.get("AMT_BUILD"):
        return pathlib.Path(build) / "bin"
    for command in (["cmake", "--preset", "bench", "-G", "Ninja"], ["cmake", "--build", "--preset", "bench", "--target", *targets]):
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return BUILD / "bin"


def arguments(text, corpus=True, **choices):
    """Parses the command line; each of the choices is an option that takes some of its values."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    if corpus:
        parser.add_argument("corpus", type=pathlib.Path, help="folder of MIDI files")
        parser.add_argument("--files", type=int, default=1000, help="use the first N of them")
    parser.add_argument("--rounds", type=int, default=3)
    for name, values in choices.items():
        parser.add_argument(f"--{name}", nargs="+", choices=values, default=values)
    return parser.parse_args()


def midi_files(options):
    files = sorted(path for path in options.corpus.rglob("*") if path.suffix in (".mid", ".midi"))[: options.files]
    if not files:
        sys.exit(f"{options.corpus} contains no .mid and no .midi file")
    return files


def folder():
    """A temporary folder, in AMT_BENCH_DIR if set, that is removed at the end."""
    return tempfile.TemporaryDirectory(prefix="amt-peers-", dir=os.environ.get("AMT_BENCH_DIR"))


def interleaved(rounds, sides):
    """Calls each side's function in turn, so that a busy machine slows all of them alike. Returns
    {name: [result of each round]}."""
    results = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            results[name].append(measure())
    return results


def print_ratio(unit, results, larger_is_better):
    """Prints every result, and how many times as good amt's best is as that of each other side."""
    best = {name: (max if larger_is_better else min)(values) for name, values in results.items()}
    for name, values in results.items():
        print(f"{name:40} {unit}: " + ", ".join(f"{value:.4g}" for value in values))
    for name in results:
        if name != "amt":
            ratio = best["amt"] / best[name] if larger_is_better else best[name] / best["amt"]
            print(f"amt / {name}: {ratio:.3g} times")
