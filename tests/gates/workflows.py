#!/usr/bin/env python3
"""Checks the workflows in .github: valid YAML, jobs with all required and no unknown keys, and
existing scripts. Also runs actionlint if it is on PATH.

Usage: tests/gates/workflows.py [REPOSITORY]    Exit status 77 (skipped) without PyYAML.
"""
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: python3 cannot import yaml (jobs/install-deps.sh tests)")
    sys.exit(77)

JOB_KEYS = {"name", "needs", "if", "permissions", "runs-on", "container", "timeout-minutes", "strategy",
            "env", "steps", "services", "outputs", "defaults", "concurrency", "continue-on-error"}
STEP_KEYS = {"name", "id", "if", "uses", "run", "with", "env", "shell", "working-directory",
             "timeout-minutes", "continue-on-error"}
SCRIPT = re.compile(r"(?<![\w./-])((?:tests|jobs)/[\w./-]+\.(?:sh|py))")


def runs_of(step, matrix):
    """Returns a step's command for each combination of the matrix's values."""
    names = [name for name, values in matrix.items() if isinstance(values, list)]
    for values in itertools.product(*(matrix[name] for name in names)):
        command = step["run"]
        for name, value in zip(names, values):
            command = re.sub(r"\$\{\{ *matrix\.%s *\}\}" % re.escape(name), str(value), command)
        yield command


def problems_of_step(step, matrix, root):
    if extra := step.keys() - STEP_KEYS:
        yield f"unknown keys {sorted(extra)}"
    if ("run" in step) == ("uses" in step):
        yield "needs exactly one of 'run' and 'uses'"
    if "uses" in step and "@" not in step["uses"]:
        yield f"'{step['uses']}' has no version"
    for command in runs_of(step, matrix) if "run" in step else ():
        for script in SCRIPT.findall(command):
            if not os.access(root / script, os.X_OK):
                yield f"'{script}' is not an executable script in the repository"


def problems_of_job(job, jobs, root):
    if extra := job.keys() - JOB_KEYS:
        yield f"unknown keys {sorted(extra)}"
    for key in ("runs-on", "steps", "timeout-minutes"):
        if not job.get(key):
            yield f"has no '{key}'"
    needs = job.get("needs", [])
    for other in [needs] if isinstance(needs, str) else needs:
        if other not in jobs:
            yield f"needs the job '{other}', which does not exist"
    matrix = job.get("strategy", {}).get("matrix", {})
    for number, step in enumerate(job.get("steps") or [], 1):
        yield from (f"step {number}: {text}" for text in problems_of_step(step, matrix, root))


def problems_of(path, root):
    workflow = yaml.safe_load(path.read_text())
    if True not in workflow and "on" not in workflow:  # YAML 1.1 reads an unquoted on as true
        yield "does not state when it runs ('on')"
    jobs = workflow.get("jobs") or {}
    if not jobs:
        yield "has no jobs"
    for name, job in jobs.items():
        yield from (f"{name}: {text}" for text in problems_of_job(job, jobs, root))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    files = sorted((root / ".github/workflows").glob("*.y*ml"))
    problems = [f"{path}: {text}" for path in files for text in problems_of(path, root)]
    if not files:
        problems.append("no workflow was found")
    for text in problems:
        print(text, file=sys.stderr)
    if problems:
        sys.exit(1)
    if shutil.which("actionlint"):
        subprocess.run(["actionlint", *map(str, files)], check=True)
    print(f"{len(files)} workflows checked")


main()
