"""Builds and tests faults in a copy of the sources, so they never appear in the working tree."""
import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HANGS = 120  # seconds after which a test is considered hung


@dataclasses.dataclass
class Outcome:
    seen_by: str  # a test's name or "the compiler"; "" if nothing noticed the fault
    seconds: float


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)


class CopyOfTree:
    def __init__(self, root, folder, jobs):
        self.tree, self.jobs = folder / "tree", jobs
        self.build = self.tree / "build/faults"  # as deep as other builds, so a compiler cache recognises the paths
        self.temporary = folder / "tmp"
        self._copy(root)
        configured = run(["cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                          "-DAMT_CUDA=OFF", "-DAMT_WERROR=ON"])
        if configured.returncode != 0 or not self._builds(["all"]):
            sys.exit(f"source_faults: the unmodified tree does not build in {self.build}")

    def _copy(self, root):
        """Copies only files that have changed, so little is built again."""
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], stdout=subprocess.PIPE, check=True)
        names = [name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()]
        for name in names:
            target = self.tree / name
            if target.is_file() and target.read_bytes() == (root / name).read_bytes():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, target)

    def _builds(self, targets):
        return run(["cmake", "--build", self.build, "-j", str(self.jobs), "--target", *targets]).returncode == 0

    @contextlib.contextmanager
    def _with(self, fault):
        path = self.tree / fault.path
        text = path.read_text()
        path.write_text(text.replace(fault.old, fault.new))
        try:
            yield
        finally:
            path.write_text(text)

    def try_out(self, fault):
        if problem := fault.problem(self.tree):
            sys.exit(f"source_faults: {problem}")
        began = time.monotonic()
        with self._with(fault):
            seen_by = self._seen_by(fault)
        return Outcome(seen_by, time.monotonic() - began)

    def _seen_by(self, fault):
        folder = pathlib.Path("tests") / fault.folder
        if (self.tree / folder / "CMakeLists.txt").is_file():
            if not self._builds([folder / "all"]):
                return "the compiler"
            if seen_by := self._failed(self.build / folder, []):
                return seen_by
        if fault.tests:
            if not self._builds(["all"]):
                return "the compiler"
            return self._failed(self.build, ["-R", fault.tests])
        return ""

    def _failed(self, folder, arguments):
        """Returns the first test that fails, or "" if all pass."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(parents=True)
        ended = run(["ctest", "--test-dir", folder, "--stop-on-failure", "--timeout", str(HANGS), "-j",
                     str(self.jobs), *arguments], env={**os.environ, "TMPDIR": str(self.temporary)})
        if ended.returncode == 0:
            return ""
        failed = re.search(r"^\s*\d+ - (.*) \((Failed|Timeout|SEGFAULT|Subprocess aborted|.*)\)$", ended.stdout, re.M)
        if failed is None:
            sys.exit(f"source_faults: ctest failed, but no test did:\n{ended.stdout}")
        return failed[1].strip() + (" (hangs)" if failed[2] == "Timeout" else "")
