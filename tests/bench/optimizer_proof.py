#!/usr/bin/env python3
"""Measures how many steps Muon needs to reach AdamW's final validation loss, on models that one core can train.

    optimizer_proof.py AMT DATASET WORK [--models 4M=64x2 8M=128x6]

For each model, NAME=WIDTHxLAYERS:
1. Trains with each optimizer at learning rates a factor of 2 apart, until the best one is not at either end.
2. Trains with each optimizer at its best rate from further seeds, which determine the initial weights. All runs read
   the same rows in the same order and are validated on the same rows.
3. Also trains with Muon for --faster times fewer steps, with a schedule of that length, to compare at equal loss. The
   steps after which the long run reaches that loss understate Muon, because its learning rate is still high then.

WORK contains a folder for each run. Complete runs are not repeated, and interrupted ones resume, so the same command
continues where it stopped. With --recorded, nothing is trained, and the complete runs are reported, also of seeds that
lack the shorter run. WORK/tables.txt contains the tables, WORK/curves.csv every validation, and WORK/MODEL.svg the
curves.
"""
import argparse
import csv
import json
import math
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

OPTIMIZERS = ("adamw", "muon")


class Run:
    """One run of `amt train`, named after everything in which it differs from the others."""

    def __init__(self, options, model, optimizer, rate, seed, steps):
        self.model, self.optimizer, self.rate, self.seed, self.steps = model, optimizer, rate, seed, steps
        self.folder = options.work / f"{model}-{optimizer}-{rate:g}-seed{seed}-{steps}"
        self.options = options

    def curve(self):
        """Returns the validations so far: [(steps done, loss)]."""
        file = self.folder / "metrics.jsonl"
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [(line["step"] + 1, line["valid_loss"]) for line in lines if "valid_loss" in line]

    def complete(self):
        return any(step == self.steps for step, _ in self.curve())

    def train(self):
        if not self.complete():
            o = self.options
            width, layers = o.models[self.model]
            command = [o.amt, "train", "--data.dataset", o.dataset, "--trainer.run_dir", self.folder,
                       "--trainer.num_train_steps", self.steps, "--trainer.train_batch_size", o.batch,
                       "--trainer.per_device_parallelism", o.batch, "--trainer.threads", 1, "--trainer.device", "cpu",
                       "--trainer.mp", o.mp, "--trainer.learning_rate", self.rate, "--trainer.warmup_ratio", 0.05,
                       "--trainer.steps_per_eval", o.every, "--trainer.max_eval_batches", o.valid_rows // o.batch,
                       "--trainer.seed", self.seed, "--optimizer.name", self.optimizer,
                       "--model.hidden_dim", width, "--model.num_layers", layers, "--model.num_heads", 4,
                       "--model.embed_pdrop", 0, "--model.resid_pdrop", 0, "--checkpointer.save_interval", "5m"]
            result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
            if result.returncode != 0:
                raise SystemExit(f"{self.folder} failed: {result.stderr[-2000:]}")
            print(f"{self.folder.name}: {self.final():.4f}", flush=True)
        shutil.rmtree(self.folder / "checkpoints", ignore_errors=True)  # only the metrics of a complete run are needed
        return self

    def final(self):
        return self.curve()[-1][1]

    def steps_to(self, loss):
        """Returns the steps after which the loss was reached, interpolated between validations; None if it was not."""
        before = None
        for step, now in self.curve():
            if now <= loss:
                if before is None:
                    return step
                return before[0] + (step - before[0]) * (before[1] - loss) / (before[1] - now)
            before = step, now
        return None


def complete_runs(options, model, optimizer):
    """Returns all runs of the sweep, best first, including those trained by earlier calls."""
    name = re.compile(rf"{model}-{optimizer}-(.+)-seed0-{options.steps}")
    found = [name.fullmatch(folder.name) for folder in options.work.iterdir()]
    runs = [Run(options, model, optimizer, float(match[1]), 0, options.steps) for match in found if match]
    return sorted((run for run in runs if run.complete()), key=Run.final)


def sweep(options, model, optimizer):
    def at(rate):
        return Run(options, model, optimizer, rate, 0, options.steps).train()
    runs = [at(rate) for rate in sorted(options.rates)]
    while len(runs) < options.most_rates:
        best = min(runs, key=Run.final)
        if best is runs[0]:
            runs.insert(0, at(best.rate / 2))
        elif best is runs[-1]:
            runs.append(at(best.rate * 2))
        else:
            break


def table(title, header, rows):
    lines = [title, "", "| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def mean_and_spread(values, form):
    return f"{statistics.mean(values):{form}} ± {statistics.stdev(values):{form}}"


def sweep_table(options, model, swept):
    width, layers = options.models[model]
    rates = sorted({run.rate for runs in swept.values() for run in runs})
    losses = {(run.optimizer, run.rate): f"{run.final():.4f}" for runs in swept.values() for run in runs}
    return table(f"### {model}: {layers} layers of {width}\n\nValidation loss after {options.steps} steps, seed 0:",
                 ["learning rate"] + [f"{rate:g}" for rate in rates],
                 [[name] + [losses.get((name, rate), "") for rate in rates] for name in OPTIMIZERS])


def seed_table(options, trios):
    """Returns a table with a line for each seed (AdamW, Muon, and Muon with fewer steps) and their means."""
    rows, times, gains, short_gains = [], [], [], []
    for adamw, muon, short in trios:
        steps = muon.steps_to(adamw.final())
        times.append(None if steps is None else options.steps / steps)
        gains.append(adamw.final() - muon.final())
        if short.complete():
            short_gains.append(adamw.final() - short.final())
        rows.append([str(adamw.seed), f"{adamw.final():.4f}", f"{muon.final():.4f}",
                     "not reached" if steps is None else f"{steps:.0f}, {times[-1]:.2f} times fewer",
                     f"{short.final():.4f}" if short.complete() else ""])
    if len(trios) > 1:
        rows.append(["mean ± standard deviation", "", f"{mean_and_spread(gains, '.4f')} below AdamW",
                     "" if None in times else f"{mean_and_spread(times, '.2f')} times fewer",
                     f"{mean_and_spread(short_gains, '.4f')} below AdamW" if len(short_gains) > 1 else ""])
    adamw, muon, short = trios[0]
    return table(f"AdamW at {adamw.rate:g}, Muon at {muon.rate:g}:",
                 ["seed", f"AdamW, {adamw.steps} steps", f"Muon, {muon.steps} steps",
                  "Muon's steps to AdamW's final loss", f"Muon, {short.steps} steps"], rows)


def compare(options, model):
    """Returns the tables of a model, its runs, and the runs that the picture shows."""
    if not options.recorded:
        for optimizer in OPTIMIZERS:
            sweep(options, model, optimizer)
    swept = {optimizer: complete_runs(options, model, optimizer) for optimizer in OPTIMIZERS}
    text, runs, trios = sweep_table(options, model, swept), swept["adamw"] + swept["muon"], []
    if not all(swept.values()):
        return text, runs, trios
    adamw, muon = (swept[optimizer][0].rate for optimizer in OPTIMIZERS)
    for seed in range(options.seeds):
        trio = (Run(options, model, "adamw", adamw, seed, options.steps),
                Run(options, model, "muon", muon, seed, options.steps),
                Run(options, model, "muon", muon, seed, round(options.steps / options.faster)))
        if options.recorded and not all(run.complete() for run in trio[:2]):
            break
        trios.append(trio if options.recorded else [run.train() for run in trio])
        runs += [run for run in trios[-1][0 if seed > 0 else 2:] if run.complete()]
    return text + ("\n" + seed_table(options, trios) if trios else ""), runs, trios


def picture(model, trios):
    """Returns the validation loss over steps as SVG; the loss axis is logarithmic."""
    colours = ("#3182bd", "#e6701e", "#31a354")
    curves = [(colour, run.curve()) for trio in trios for colour, run in zip(colours, trio) if run.complete()]
    steps = max(step for _, curve in curves for step, _ in curve)
    losses = [loss for _, curve in curves for _, loss in curve]
    low, high = math.log(min(losses)), math.log(max(losses))

    def x(step):
        return 60 + 680 * step / steps

    def y(loss):
        return 290 - 260 * (math.log(loss) - low) / (high - low)

    parts = [f'<text x="60" y="18">{model}: validation loss, nats per token, over steps</text>']
    for loss in range(math.ceil(min(losses)), math.floor(max(losses)) + 1):
        parts.append(f'<line x1="60" x2="740" y1="{y(loss):.1f}" y2="{y(loss):.1f}" stroke="#ddd"/>'
                     f'<text x="52" y="{y(loss) + 4:.1f}" text-anchor="end">{loss}</text>')
    for step in range(0, steps + 1, max(1, steps // 8)):
        parts.append(f'<text x="{x(step):.1f}" y="308" text-anchor="middle">{step}</text>')
    for colour, curve in curves:
        points = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in curve)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>')
    names = ("AdamW", "Muon", f"Muon, {trios[0][2].steps} steps")
    for i, (colour, name) in enumerate(zip(colours, names)):
        parts.append(f'<line x1="500" x2="520" y1="{40 + 18 * i}" y2="{40 + 18 * i}" stroke="{colour}" '
                     f'stroke-width="2"/><text x="528" y="{44 + 18 * i}">{name}, {len(trios)} seeds</text>')
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 320" width="760" font-family="sans-serif" '
            'font-size="12">\n<rect width="760" height="320" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")


def write_curves(file, runs):
    with open(file, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["model", "optimizer", "learning_rate", "seed", "num_train_steps", "steps", "valid_loss"])
        for run in runs:
            for step, loss in run.curve():
                writer.writerow([run.model, run.optimizer, f"{run.rate:g}", run.seed, run.steps, step, f"{loss:.5f}"])


def shape(word):
    name, size = word.split("=")
    width, layers = size.split("x")
    return name, (int(width), int(layers))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("amt")
    options.add_argument("dataset")
    options.add_argument("work", type=pathlib.Path)
    options.add_argument("--models", type=shape, nargs="+", default=[("4M", (64, 2)), ("8M", (128, 6))],
                         help="NAME=WIDTHxLAYERS")
    options.add_argument("--steps", type=int, default=256)
    options.add_argument("--faster", type=float, default=1.3, help="by which factor to reduce Muon's steps")
    options.add_argument("--batch", type=int, default=2)
    options.add_argument("--rates", type=float, nargs="+", default=[8e-3, 16e-3, 32e-3])
    options.add_argument("--most-rates", type=int, default=5)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--every", type=int, default=16, help="steps between validations")
    options.add_argument("--valid-rows", type=int, default=16)
    options.add_argument("--mp", default="auto")
    options.add_argument("--recorded", action="store_true", help="train nothing")
    o = options.parse_args()
    o.models = dict(o.models)
    o.work.mkdir(parents=True, exist_ok=True)
    texts, runs = [], []
    for model in o.models:
        text, of_model, trios = compare(o, model)
        texts.append(text)
        runs += of_model
        if trios:
            (o.work / f"{model}.svg").write_text(picture(model, trios))
        (o.work / "tables.txt").write_text("\n".join(texts))
        write_curves(o.work / "curves.csv", runs)
    sys.stdout.write("\n".join(texts))


if __name__ == "__main__":
    main()
