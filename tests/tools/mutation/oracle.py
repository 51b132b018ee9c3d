"""Judges how a command ended, and returns its problems as a list of (kind, detail)."""
import re

import rules

CODES = (0, 1, 2, 3)
MORE_MEMORY = 150 << 20  # allowed in addition to the memory for the unchanged input
RAW = re.compile(r"json\.exception|HDF5-DIAG|terminate called|what\(\):|MPI_ABORT|MPI_Abort|"
                 r"basic_string|std::|filesystem error|boost|Assertion|bad_alloc|bad_cast|"
                 r"vector::|stoi|stoull|map::at|out_of_range|Segmentation|Sanitizer")
# A library's own message may follow amt's in parentheses.
RAW_OUTSIDE_BRACKETS = re.compile(r"\bH5[A-Z]\w+|\bunable to \w+|libarchive|nlohmann")
BRACKETS = re.compile(r"\([^()]*\)")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
COUNT = re.compile(r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d{19,})(?![\d.])")
# A perplexity may be infinite if a loss is large.
NOT_FINITE = re.compile(r"\bnan\b|loss, nats per token +-?inf", re.IGNORECASE)
ERROR = "amt: error"
LONG_LINE = 5000
MANY_LINES = 40


class NoResult(str):
    """Why a command's output could not be read. Not an exception, because exceptions keep
    references to the data that caused them."""


def _words(ended):
    if RAW.search(ended.text):
        yield "raw text", RAW.search(ended.text).group()
    outside = ended.text
    while BRACKETS.search(outside):
        outside = BRACKETS.sub("", outside)
    if RAW_OUTSIDE_BRACKETS.search(outside):
        yield "raw text", RAW_OUTSIDE_BRACKETS.search(outside).group()
    if CONTROL.search(ended.text):
        yield "control characters", repr(CONTROL.search(ended.text).group())
    lines = ended.stderr.splitlines()
    if len(lines) > MANY_LINES or any(len(line) > LONG_LINE for line in lines):
        yield "too much text", f"{len(lines)} lines, up to {max(map(len, lines), default=0)} long"


def _numbers(change, ended):
    for number in COUNT.findall(ended.stdout):
        if int(number.replace(",", "")) >= rules.MOST and number.encode() not in change.after:
            yield "impossible number", number[:60]
    if NOT_FINITE.search(ended.stdout):
        yield "not finite", NOT_FINITE.search(ended.stdout).group()


def _refusal(target, command, ended):
    """Expects an error in one line that names the file; --verify prints damage to stdout
    instead."""
    errors = [line for line in ended.stderr.splitlines() if ERROR in line]
    damages = ended.stdout if command == "inspect --verify" else ""
    if len(errors) != 1 and not (damages and not errors):
        yield "not exactly one error", f"{len(errors)} lines"
    told = ended.stderr + damages
    if target.names and not any(name in told for name in target.names):
        yield "file not named", (errors or [""])[0][:200]


def _ending(ended):
    if ended.hung:
        yield "hang", f"after {ended.seconds:.1f} s of computing"
    elif ended.code < 0 or ended.code >= 128:
        yield "crash", f"signal {abs(ended.code)}" if ended.code < 0 else f"code {ended.code}"
    elif ended.code not in CODES:
        yield "exit code", str(ended.code)


def judge(target, change, command, ended, result, baseline):
    """Returns the problems. `result` is the result of this input, or a NoResult; `baseline`
    contains the result and peak memory of the unchanged input, and the result with the previous
    checkpoint."""
    problems = list(_ending(ended))
    if problems:
        return problems
    problems += _words(ended)
    if ended.peak_bytes > baseline.peak_bytes + MORE_MEMORY:
        problems.append(("memory", f"{ended.peak_bytes >> 20} MiB"))
    if ended.code != 0:
        return problems + list(_refusal(target, command, ended))
    problems += _numbers(change, ended)
    warned = any(name in ended.stderr for name in target.names)
    if rules.may_differ(target, change, command) or (command.startswith("report") and warned):
        return problems
    if isinstance(result, NoResult):
        problems.append(("silently wrong", f"no result: {result}"))
    elif result not in (baseline.result, baseline.fallback):
        problems.append(("silently wrong", _difference(result, baseline.result)))
    elif result != baseline.result and not warned:
        problems.append(("silently wrong", "an older checkpoint used without a message"))
    return problems


def _difference(result, expected):
    """Returns an excerpt of `result` where it differs from `expected`."""
    one, other = str(result), str(expected)
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"...{one[max(0, at - 30):at + 60]!r}"
