#!/usr/bin/env python3
"""Measures whether the tests notice faults. Applies the faults in a list to a copy of the sources,
one at a time, builds and runs the tests that depend on each, and prints a table and the faults that
were not noticed.

    tests/tools/source_faults [--only REGEX] [--count N --seed S] [--folder build/source_faults]
    tests/tools/source_faults --check

--check builds nothing and fails unless each fault's old text occurs exactly once in its file. A run
continues the previous one in the same folder, which contains the results (`results.json`). A fault
takes 20 to 90 seconds on one core.
"""
import argparse
import pathlib
import random
import re
import sys

from copy_of_tree import CopyOfTree
from fault import read_faults
from results import Results

ROOT = pathlib.Path(__file__).resolve().parents[3]


def options():
    parser = argparse.ArgumentParser(prog="source_faults", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lists", type=pathlib.Path, default=pathlib.Path(__file__).parent / "faults",
                        help="folder that contains the lists")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/source_faults",
                        help="folder for the copy, its build and the results")
    parser.add_argument("--only", default="", metavar="REGEX", help="try only faults whose file or tests match")
    parser.add_argument("--count", type=int, help="number of faults to try, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", "-j", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def check(faults):
    problems = [text for fault in faults if (text := fault.problem(ROOT))]
    for text in problems:
        print(text, file=sys.stderr)
    folders = {fault.folder for fault in faults}
    print(f"{len(faults)} faults in {len(folders)} folders, {len(problems)} cannot be applied")
    return 1 if problems or not faults else 0


def main():
    arguments = options()
    faults = read_faults(arguments.lists)
    if arguments.check:
        return check(faults)
    faults = [f for f in faults if re.search(arguments.only, f"{f.path} {f.tests}")]
    if arguments.count is not None:
        faults = random.Random(arguments.seed).sample(faults, min(arguments.count, len(faults)))
    tree = CopyOfTree(ROOT, arguments.folder, arguments.jobs)
    results = Results(arguments.folder / "results.json")
    for fault in faults:
        if fault.name not in results:
            results.add(fault, tree.try_out(fault))
    print(results.table(faults))
    return 0


sys.exit(main())
