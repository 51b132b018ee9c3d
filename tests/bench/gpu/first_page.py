#!/usr/bin/env python3
"""Writes a page with a verdict for docs/benchmarks/ from the output of first.sh.

first_page.py FOLDER...            writes page.md and raw.txt into the last FOLDER
first_page.py --bandwidth "NAME"   prints the card's memory bandwidth in GB/s, if it is known

The folders are those written by the stages of first.sh. The verdict compares each operation, and
complete steps, with a model that assumes the same fraction of the card's peak arithmetic or
bandwidth as on an H200 (docs/benchmarks/h200.md). Large differences from the model should be
investigated.
"""
import datetime
import pathlib
import re
import sys

# Memory bandwidth in GB/s. The first entry whose name occurs in the card's name is used.
BANDWIDTHS = {"H200": 4800, "GH200": 4000, "H100 NVL": 3900, "H100 PCIe": 2000, "H100": 3350, "H800": 3350,
              "B300": 8000, "B200": 8000, "A100-SXM4-80GB": 2039, "A100 80GB PCIe": 1935, "A100": 1555,
              "RTX 6000 Ada": 960, "RTX PRO 6000": 1792, "RTX 5090": 1792, "RTX 4090": 1008, "L40S": 864}
H200_PEAK, H200_BANDWIDTH = 989.4, 4800.0

# Measured by gpu_bench --operations on an H200 with 32 rows of the small model and cuBLASLt's first
# proposals: TFLOP/s of operations limited by arithmetic, GB/s of those limited by memory. The LM
# head and the layer norms were measured after a4f7679 at higher clocks, so they are reduced by 4 %.
H200_TFLOPS = {"LM head": 620, "attention": 274.7, "attention backward": 204.7, "linear 3072 x 768": 694.3,
               "linear 768 x 2304": 571.7, "linear 768 x 3072": 470.6, "linear 768 x 768": 505.4,
               "linear backward 3072 x 768": 523.4, "linear backward 768 x 2304": 544.8,
               "linear backward 768 x 3072": 603.4, "linear backward 768 x 768": 443.7}
H200_GBS = {"adamw": 4235, "embedding": 5163, "embedding backward": 1458, "layer norm": 3036,
            "layer norm backward": 2900, "refresh weights": 3442, "sum of squares": 3264, "zero": 3956}
# MFU on an H200: median tokens/s x model FLOP / peak.
H200_MFU = {("small", 8): 42.5, ("small", 16): 46.2, ("small", 32): 48.3, ("small", 64): 49.9,
            ("small", 512): 48.3, ("medium", 16): 50.5, ("large", 8): 47.5}
SLOWER = 1.10  # operations slower than the model by this factor are reported


def bandwidth_of(card):
    for name, value in sorted(BANDWIDTHS.items(), key=lambda entry: -len(entry[0])):
        if name in card:
            return value
    return 0


class Operation:
    """An operation in the output of gpu_bench --operations."""

    def __init__(self, name, calls, milliseconds, tflops, gbs):
        self.name, self.calls, self.milliseconds = name, int(calls), float(milliseconds)
        self.tflops, self.gbs = float(tflops), float(gbs)

    def model(self, peak, bandwidth):
        """Returns the milliseconds that the model predicts; None for an unknown operation."""
        if self.name in H200_TFLOPS and peak > 0:
            return self.milliseconds * self.tflops / (H200_TFLOPS[self.name] / H200_PEAK * peak)
        if self.name in H200_GBS and bandwidth > 0:
            return self.milliseconds * self.gbs / (H200_GBS[self.name] / H200_BANDWIDTH * bandwidth)
        return None


class Speed:
    """The result of a gpu_bench run."""

    def __init__(self, log):
        steps = re.search(r"(small|medium|large), (\d+) layers, (\d+) rows: best ([\d.]+) ms, median ([\d.]+) ms, "
                          r"\d+ tokens/s \(median (\d+)\)", log)
        self.size, self.rows = steps.group(1), int(steps.group(3))
        self.milliseconds, self.tokens = float(steps.group(5)), int(steps.group(6))
        mfu = re.search(r"MFU ([\d.]+) % of ([\d.]+) TFLOP/s", log)
        self.mfu, self.peak = (float(mfu.group(1)), float(mfu.group(2))) if mfu else (0.0, 0.0)
        self.operations = [Operation(*line) for line in re.findall(
            r"^(\S.*?) {2,}(\d+) +([\d.]+) +[\d.]+% +([\d.]+) +(\d+) +\d+%$", log, re.M)]


class Stage:
    """A folder written by a stage of first.sh."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        summary = self.text("summary.md")
        self.name = re.search(r"# First contact: (\w+)", summary).group(1)
        self.rehearsal = "rehearsal" in summary
        self.right = re.findall(r"^- (.+): right, ([\d.]+) s", summary, re.M)
        self.wrong = re.findall(r"^- (.+): WRONG, (.+)$", summary, re.M)
        self.skipped = summary.count("(something was skipped)")
        self.card = (re.search(r"^card: (.*)$", summary, re.M) or [None, "unknown"])[1]

    def text(self, name):
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    def speeds(self):
        found = {}
        for log in sorted(self.folder.glob("*.log")):
            text = log.read_text(errors="replace")
            if "rows: best" in text and "model FLOP/token" in text:
                found[log.stem] = Speed(text)
        return found


def share_of_model(operations, peak, bandwidth):
    """Returns the measured and predicted milliseconds of all operations that the model covers."""
    known = [(o.milliseconds, o.model(peak, bandwidth)) for o in operations]
    known = [(measured, model) for measured, model in known if model is not None]
    return sum(measured for measured, _ in known), sum(model for _, model in known)


def percent(ratio):
    return f"{100 * (ratio - 1):+.1f} %"


def right_part(stages):
    lines = ["## Correctness", "", "| stage | steps | right | wrong |", "| --- | --- | --- | --- |"]
    for stage in stages:
        wrong = ", ".join(f"{name}: {why}" for name, why in stage.wrong) or "none"
        lines.append(f"| {stage.name} | {len(stage.right) + len(stage.wrong)} | {len(stage.right)} | {wrong} |")
    return lines + [""]


def speed_part(speeds):
    lines = ["## Speed", "", "Complete steps, bf16: forward, backward, norm, AdamW, dropout.", "",
             "| run | ms, median | tokens/s, median | MFU | MFU of an H200 | |", "| --- | --- | --- | --- | --- | --- |"]
    for name, speed in speeds.items():
        expected = H200_MFU.get((speed.size, speed.rows))
        plain = name == f"{speed.size}-{speed.rows}" and expected and speed.mfu
        lines.append(f"| {name} | {speed.milliseconds:.2f} | {speed.tokens:,} | "
                     + (f"{speed.mfu} % of {speed.peak} TFLOP/s" if speed.mfu else "unknown") + " | "
                     + (f"{expected} % | {percent(speed.mfu / expected)} |" if plain else "| |"))
    return lines + [""]


def operation_part(speed, bandwidth):
    lines = ["## Time of each operation", "",
             f"Each operation timed separately, ms per step of {speed.rows} rows ({speed.size}). The model assumes the "
             f"same fraction of {speed.peak} TFLOP/s or {bandwidth} GB/s as on an H200.", "",
             "| operation | calls | ms | model | |", "| --- | --- | --- | --- | --- |"]
    for o in sorted(speed.operations, key=lambda o: -o.milliseconds):
        model = o.model(speed.peak, bandwidth)
        told = f"{model:.3f} | {percent(o.milliseconds / model)}" if model else "|"
        lines.append(f"| {o.name} | {o.calls} | {o.milliseconds:.3f} | {told} |")
    return lines + [""]


def verdict(stages, speeds, bandwidth):
    wrong = [f"{stage.name}: {name} ({why})" for stage in stages for name, why in stage.wrong]
    right = sum(len(stage.right) for stage in stages)
    lines = [f"- Right: {right} steps of {right + len(wrong)}."]
    lines += [f"- **Wrong**: {text}." for text in wrong]
    skipped = sum(stage.skipped for stage in stages)
    if skipped:
        lines.append(f"- Tests were skipped in {skipped} steps, so what they cover was not tested.")
    for name, speed in speeds.items():
        expected = H200_MFU.get((speed.size, speed.rows))
        if name != f"{speed.size}-{speed.rows}" or not expected or not speed.mfu:
            continue
        ratio = speed.mfu / expected
        word = "like an H200" if 0.97 <= ratio <= 1.03 else "better than an H200" if ratio > 1 else "worse than an H200"
        lines.append(f"- {name}: {speed.tokens:,} tokens/s, {speed.mfu} % MFU, {word} ({expected} %).")
    timed = next((speed for speed in speeds.values() if speed.operations), None)
    if timed is None:
        return lines + ["- Operations were not timed; stage `fast` does that."]
    measured, model = share_of_model(timed.operations, timed.peak, bandwidth)
    if model == 0:
        return lines + ["- No model: this card's peak or bandwidth is unknown (AMT_GPU_BANDWIDTH, GB/s)."]
    lines.append(f"- All operations: {measured:.1f} ms, predicted {model:.1f} ms ({percent(measured / model)}).")
    for o in sorted(timed.operations, key=lambda o: (o.model(timed.peak, bandwidth) or 1e9) - o.milliseconds):
        expected = o.model(timed.peak, bandwidth)
        if expected and o.milliseconds > SLOWER * expected:
            lines.append(f"- **Slower than the model**: {o.name}, {o.milliseconds:.2f} ms instead of {expected:.2f} "
                         f"({percent(o.milliseconds / expected)}, {o.milliseconds - expected:.2f} ms per step).")
    return lines


def page(stages, bandwidth, today):
    speeds = {name: speed for stage in stages for name, speed in stage.speeds().items()}
    card = stages[-1].card
    lines = [f"# {card.split(',')[0]}, {today}", ""]
    if any(stage.rehearsal for stage in stages):
        lines += ["**A rehearsal on a CPU: its figures say nothing about a GPU.**", ""]
    lines += ["Card, driver, memory, current and maximum clocks: " + card + ".", "", "```",
              *stages[-1].text("version.log").rstrip().splitlines(), "```", "", "```sh",
              *(f"tests/bench/gpu/first.sh {stage.name} {stage.folder.name}" for stage in stages), "```", "",
              "All output: [raw.txt](raw.txt).", "", "## Verdict", "", *verdict(stages, speeds, bandwidth), ""]
    lines += right_part(stages)
    if speeds:
        lines += speed_part(speeds)
    timed = next((speed for speed in speeds.values() if speed.operations), None)
    if timed:
        lines += operation_part(timed, bandwidth)
    return "\n".join(lines)


def raw(stages):
    parts = []
    for stage in stages:
        for path in [stage.folder / "summary.md", *sorted(stage.folder.glob("*.log"))]:
            parts.append(f"## {stage.name}: {path.name}\n\n{path.read_text(errors='replace').rstrip()}\n")
    return "\n".join(parts)


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--bandwidth":
        print(bandwidth_of(arguments[1]) or "")
        return 0
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 0 if arguments in (["--help"], ["-h"]) else 2
    stages = [Stage(folder) for folder in arguments]
    out = stages[-1].folder
    bandwidth = float(stages[-1].text("bandwidth") or bandwidth_of(stages[-1].card))
    (out / "page.md").write_text(page(stages, bandwidth, datetime.date.today()))
    (out / "raw.txt").write_text(raw(stages))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
