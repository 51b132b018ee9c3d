"""A fault: a piece of source text and its replacement.

Each file in faults/ is a list with one block per fault, separated by blank lines. Lines that start
with # are comments:

    src/base/atomic_file.cpp
    tests: faults:files
    - if (durability == Durability::kSynced) fsync_path(folder_of(target_));
    +

The old text consists of the lines with -, the new text of those with +. For each fault, the tests
of the file's folder are run, and those whose CTest names match the regular expression on the
`tests:` line.
"""
import dataclasses
import hashlib
import pathlib


@dataclasses.dataclass(frozen=True)
class Fault:
    path: str
    old: str
    new: str
    tests: str = ""

    @property
    def folder(self):
        """The folder of src/, e.g. base for src/base/error.cpp and include/amt/base/error.hpp."""
        parts = pathlib.PurePath(self.path).parts
        return parts[2] if parts[0] == "include" else parts[1]

    @property
    def name(self):
        """A unique name, which changes when the fault is edited."""
        text = "\0".join((self.path, self.old, self.new, self.tests))
        return f"{self.path} {hashlib.md5(text.encode()).hexdigest()[:8]}"

    def problem(self, root):
        """Returns why the fault cannot be applied to the tree; "" if it can."""
        if not (root / self.path).is_file():
            return f"{self.path}: no such file"
        times = (root / self.path).read_text().count(self.old)
        if times != 1:
            return f"{self.path}: the old text occurs {times} times, not once: {self.old.strip()}"
        return "" if self.old != self.new else f"{self.path}: the old and the new text are the same: {self.old}"


def read_fault(block):
    path, *lines = block
    tests, old, new = "", [], []
    for line in lines:
        if line.startswith("tests: "):
            tests = line[len("tests: "):]
        elif line[:1] == "-":
            old.append(line[2:])
        elif line[:1] == "+":
            new.append(line[2:])
        else:
            raise ValueError(f"{path}: a line does not begin with '- ', '+ ' or 'tests: ': {line}")
    return Fault(path, "\n".join(old), "\n".join(new), tests)


def read_faults(folder):
    """Reads all faults in all lists in the folder."""
    blocks = []
    for path in sorted(folder.glob("*.txt")):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        blocks += "\n".join(lines).split("\n\n")
    return [read_fault(block.strip("\n").split("\n")) for block in blocks if block.strip()]
