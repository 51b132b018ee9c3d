#!/usr/bin/python3
"""Tests how amt handles damaged and malicious input files.

For each input, one file of a small corpus, dataset, run or model is changed or replaced, or changed
with its stored hashes corrected, and a command that reads it is run. The command must end in time,
with a documented exit code, and within a memory limit. An error must be a single line of amt's own
that names the file; success must give the result of the unchanged input, except for changes that
nothing could detect (rules.py).

  python3 tests/tools/mutation --amt build/release/bin/amt --golden tests/data/golden \\
    --hashes build/release/tests/file_hashes --count 10000 -j 2
  ... --seed 7 --only 1234 --keep FOLDER      repeats one input and keeps its files in FOLDER
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

import fixture
import seals
import trial

MEMORY = "/dev/shm"  # faster than a disk


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--amt", required=True, type=pathlib.Path)
    parser.add_argument("--hashes", required=True, type=pathlib.Path, help="the tool file_hashes")
    parser.add_argument("--golden", required=True, type=pathlib.Path, help="golden data folder")
    parser.add_argument("--count", type=int, default=10000, help="number of inputs to try")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="+", help="try only the inputs with these numbers")
    parser.add_argument("--target", default="", help="change only files whose path contains this")
    parser.add_argument("--limit", type=float, default=20, help="time limit for a command in seconds")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the last input of --only")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    options.amt, options.hashes = options.amt.resolve(), options.hashes.resolve()
    return options


def print_problem(options, verdict):
    again = f"--seed {options.seed} --only {verdict.number}"
    again += f" --target {options.target}" if options.target else ""
    word = "FAILED" if verdict.problems else "passed"
    print(f"{word} {again}: {verdict.target}: {verdict.what}; amt {verdict.command}, exit code "
          f"{verdict.code}")
    for kind, detail in verdict.problems:
        print(f"  {kind}: {detail}")
    if options.only and len(options.only) == 1:
        print(verdict.text)
    sys.stdout.flush()


def print_table(verdicts):
    """Prints a line per kind of file and change."""
    rows = collections.defaultdict(collections.Counter)
    for verdict in verdicts:
        name = pathlib.PurePath(verdict.target)
        group = "corpus/*.mid" if name.parts[0] == "corpus" else name.name
        row = rows[group, verdict.kind]
        row["inputs"] += 1
        row["refused"] += verdict.code != 0
        row["failed"] += bool(verdict.problems)
    print(f"{'file':36} {'change':9} {'inputs':>7} {'refused':>8} {'failed':>7}")
    for (group, kind), row in sorted(rows.items()):
        print(f"{group:36} {kind:9} {row['inputs']:7} {row['refused']:8} {row['failed']:7}")
    kinds = collections.Counter((kind, pathlib.PurePath(verdict.target).name)
                                for verdict in verdicts for kind, _ in verdict.problems)
    for (kind, name), count in kinds.most_common():
        print(f"{count:6} {kind}: {name}")


def try_all(options, bench):
    numbers = options.only or range(options.first, options.first + options.count)
    verdicts, lock = [], threading.Lock()

    def one(number):
        verdict = bench.trial(options.seed, number, f"sandbox-{threading.get_ident()}",
                              options.target)
        with lock:
            verdicts.append(verdict)
            if verdict.problems or options.only:
                print_problem(options, verdict)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(one, n) for n in numbers]):
            done.result()
    return verdicts


def main():
    options = options_of(sys.argv[1:])
    folder = tempfile.mkdtemp(prefix="amt-mutation-",
                              dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    os.chmod(folder, 0o755)
    checker = seals.Seals(options.hashes)
    try:
        bench = trial.Bench(fixture.Fixture(folder, options.amt, options.golden, options.limit),
                            checker)
        verdicts = try_all(options, bench)
        if options.keep and options.only:
            sandbox = next(pathlib.Path(folder).glob("sandbox-*[0-9]"))
            subprocess.run(["cp", "-a", sandbox, options.keep], check=True)  # cp also copies pipes
    finally:
        checker.close()
        shutil.rmtree(folder)
    print_table(verdicts)
    failed = sum(bool(verdict.problems) for verdict in verdicts)
    print(f"{len(verdicts)} inputs, seed {options.seed}: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
