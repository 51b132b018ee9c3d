"""Stores the outcomes of faults in a file."""
import collections
import dataclasses
import json

from copy_of_tree import Outcome


def shown(fault):
    """Returns the fault as one line, for the table."""
    return " ".join(f"{fault.old.strip()} -> {fault.new.strip() or '(nothing)'}".split())


class Results:
    def __init__(self, path):
        self._path = path
        self._outcomes = {}
        if path.is_file():
            self._outcomes = {name: Outcome(**values) for name, values in json.loads(path.read_text()).items()}

    def __contains__(self, name):
        return name in self._outcomes

    def add(self, fault, outcome):
        self._outcomes[fault.name] = outcome
        kept = {name: dataclasses.asdict(value) for name, value in self._outcomes.items()}
        self._path.write_text(json.dumps(kept, indent=1))
        print(f"{outcome.seconds:5.0f} s  {outcome.seen_by or 'NOT NOTICED':40}  {fault.path}: {shown(fault)}", flush=True)

    def table(self, faults):
        """Returns a summary of the faults that were tried: those not noticed, and a line per
        folder."""
        tried = [fault for fault in faults if fault.name in self]
        seen = collections.Counter(fault.folder for fault in tried if self._outcomes[fault.name].seen_by)
        lines = [f"not noticed: {fault.path}: {shown(fault)}"
                 for fault in tried if not self._outcomes[fault.name].seen_by]
        for folder, count in sorted(collections.Counter(fault.folder for fault in tried).items()):
            lines.append(f"{folder:12} {seen[folder]:3} of {count:3}")
        share = 100 * seen.total() / len(tried) if tried else 0
        lines.append(f"{seen.total()} of {len(tried)} noticed: {share:.0f} %")
        return "\n".join(lines)
