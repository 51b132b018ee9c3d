#!/usr/bin/env python3
"""Loads a checkpoint of amt in transformers, on a GPU if there is one, and compares its loss with
amt's own.

Usage: transformers_loss.py CHECKPOINT DATASET AMT...   (AMT: the command that starts amt)
Both evaluate every 20th row of the validation split, amt in fp32 on the CPU. Exit status: 0 if the
losses agree within 1e-3, else 1.
"""
import csv
import io
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from transformers import GPT2LMHeadModel

EVERY = 20


def main():
    checkpoint, dataset, amt = sys.argv[1], sys.argv[2], sys.argv[3:]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "rows.txt"
        subprocess.run([*amt, "inspect", dataset, "--export-text", text, "--split", "valid"], check=True)
        rows = torch.from_numpy(numpy.loadtxt(text, dtype=numpy.int64)[::EVERY]).to(device)
    model = GPT2LMHeadModel.from_pretrained(checkpoint, dtype=torch.float32).to(device).eval()
    with torch.no_grad():
        theirs = numpy.mean([model(row[None], labels=row[None]).loss.item() for row in rows])
    out = subprocess.run([*amt, "eval", checkpoint, dataset, "--split", "valid", "--subsample", str(EVERY), "--csv",
                          "--device", "cpu", "--mp", "f32"], check=True, capture_output=True, text=True).stdout
    [line] = csv.DictReader(io.StringIO(out))
    ours = float(line["loss"])
    print(f"loss by transformers on {device}: {theirs:.6f}, by amt on the CPU: {ours:.6f}")
    sys.exit(0 if abs(theirs - ours) <= 1e-3 else 1)


if __name__ == "__main__":
    main()
