#!/usr/bin/env python3
"""Writes tests/data/golden/muon/torch.json: updates of small matrices by torch.optim.Muon (PyTorch
2.9 or later).

Usage: torch_muon.py FILE
"""
import json
import sys

import torch

SHAPES = [(6, 10), (10, 6), (8, 8)]
UPDATES = 3
RATE, DECAY, MOMENTUM = 0.02, 0.1, 0.95


def numbers(count, phase):
    """Returns numbers that any program can reproduce, without a random number generator."""
    return torch.tensor([((i * i * 0.37 + i * phase) % 2.0) - 1.0 for i in range(count)], dtype=torch.float64).float()


def main():
    cases = []
    for rows, columns in SHAPES:
        # amt stores [in, out], torch [out, in]; "match_rms_adamw" scales both alike.
        weight = torch.nn.Parameter(numbers(rows * columns, 0.11).view(rows, columns))
        muon = torch.optim.Muon([weight], lr=RATE, weight_decay=DECAY, momentum=MOMENTUM, nesterov=True,
                                adjust_lr_fn="match_rms_adamw")
        for update in range(UPDATES):
            weight.grad = numbers(rows * columns, 0.23 + 0.17 * update).view(rows, columns)
            muon.step()
        momentum = muon.state[weight]["momentum_buffer"]
        cases.append({"rows": rows, "columns": columns, "parameters": weight.detach().flatten().tolist(),
                      "momentum": momentum.flatten().tolist()})
    golden = {"torch": torch.__version__.split("+")[0], "learning_rate": RATE, "weight_decay": DECAY,
              "momentum": MOMENTUM, "updates": UPDATES, "cases": cases}
    with open(sys.argv[1], "w") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
