#!/usr/bin/env python3
"""Checks that every option in the documents belongs to a program in the repository.

Usage: check_options.py AMT [REPOSITORY]. In a block of commands, an option must belong to the
command that is called; elsewhere, to any command. Prints a line per unknown option; exit status 1
if there are any.
"""
import pathlib
import re
import subprocess
import sys

import documents as docs

OPTION = re.compile(r"(?<![\w-])--[a-zA-Z][\w.-]*")
COMMAND = re.compile(r"\bamt (prepare|train|eval|generate|export|inspect|report)\b")
# Options of other programs that the documents mention.
OTHERS = {"--mca", "--bind-to", "--host", "--preset", "--build", "--target", "--test-dir", "--capture-range", "--logdir",
          "--mpi", "--exclude", "--dirty", "--constraint", "--nodes", "--ntasks-per-node", "--gpus-per-node",
          "--cpus-per-task", "--time", "--gtest_filter", "--build-arg", "--entrypoint", "--rm", "--gpus",
          "--nv", "--containall", "--test"}


def options_in(text):
    return {option.rstrip(".") for option in OPTION.findall(text)}


def help_of(*command):
    return subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout


def known_options(amt, root):
    """Returns {command: its options}; '' has the options of all scripts."""
    known = {}
    for command in re.findall(r"^  (\w+) ", help_of(amt), re.M):
        known[command] = options_in(help_of(amt, command)) | {"--help", "--help-as"}
    scripts = set()
    for path in docs.sources(root):
        if path.suffix in (".sh", ".py", ".sbatch", ".cpp") and path.parts[0] in ("jobs", "tests"):
            scripts |= options_in((root / path).read_text())
    known[""] = scripts | OTHERS | {"--help", "--version"}
    return known


def joined(block):
    """Yields the lines of a block without comments, and with continued lines joined."""
    return [line.split(" #")[0] for line in block.replace("\\\n", " ").split("\n")]


def allowed_in(line, root, known):
    """Returns the options that a command line may contain; None for other programs."""
    command = COMMAND.search(line)
    if command:
        return known[command[1]] | OTHERS
    script = docs.PATH.search(line)
    if script and (root / script[0]).is_file():
        return {"--" + word for word in re.findall(r"[a-zA-Z][\w.-]*", (root / script[0]).read_text())} | known[""]
    return None


def find_problems(path, text, root, known):
    every = set().union(*known.values())
    prose, blocks = docs.split_code(text)
    for line in (line for block in blocks for line in joined(block)):
        allowed = allowed_in(line, root, known)
        for option in sorted(options_in(line) - allowed) if allowed else ():
            yield f"{path}: {option} in '{line.strip()}' is not an option"
    for span in docs.spans(prose):
        for option in sorted(options_in(span) - (allowed_in(span, root, known) or every)):
            yield f"{path}: there is no option {option}"


def main():
    amt = sys.argv[1]
    root = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).resolve().parents[2]
    known = known_options(amt, root)
    problems = [problem for path in docs.documents(root)
                for problem in find_problems(path, (root / path).read_text(), root, known)]
    for problem in problems:
        print(problem)
    print(f"{len(set().union(*known.values()))} options known: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
