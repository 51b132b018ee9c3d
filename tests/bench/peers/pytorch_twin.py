#!/usr/bin/env python3
"""An independent twin of amt train: PyTorch trains the same model from the same weights on the same rows.

Usage: pytorch_twin.py AMT DATASET [options]. Needs PyTorch and numpy. Creates a small model with random weights, trains
it with `amt train --init` (fp32, dropout 0, one rank) and with PyTorch in fp32, and compares the loss and the gradient
norm of each step. Exits with 1 if a loss of the first --exact steps differs by more than 1e-6 (relative), or a later
one by more than --drift; for gradient norms, the limits are ten times as large. Two runs of amt that differ only by rounding, for example with different numbers of threads,
differ by 1e-2 after 40 steps at a learning rate of 3e-3. Trains for at most one epoch, because amt reorders the rows
in later ones.
"""
import argparse
import json
import math
import pathlib
import struct
import subprocess
import tempfile

import numpy
import torch
from torch.nn import functional as F

EPSILON, BETAS, DECAY, NORM, MOMENTUM = 1e-8, (0.9, 0.999), 0.1, 1.0, 0.95
LENGTH = 1024
QUINTIC = (3.4445, -4.7750, 2.0315)


def random_weights(vocab, width, layers):
    """Parameters by their names in Hugging Face's GPT2LMHeadModel; linear weights are [in, out]."""
    def normal(*shape, std=0.02):
        return torch.empty(shape).normal_(std=std)

    weights = {"wte.weight": normal(vocab, width), "wpe.weight": normal(LENGTH, width, std=0.01)}
    for layer in range(layers):
        h = f"h.{layer}."
        for norm in ("ln_1", "ln_2"):
            weights |= {f"{h}{norm}.weight": torch.ones(width), f"{h}{norm}.bias": torch.zeros(width)}
        for name, inputs, outputs in (("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
                                      ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width)):
            weights |= {f"{h}{name}.weight": normal(inputs, outputs), f"{h}{name}.bias": torch.zeros(outputs)}
    weights |= {"ln_f.weight": torch.ones(width), "ln_f.bias": torch.zeros(width)}
    return {"transformer." + name: tensor for name, tensor in weights.items()}


def write_model(folder, weights, config):
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    header, data = {}, b""
    for name, tensor in weights.items():
        raw = tensor.numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def loss_of(weights, tokens, layers, heads):
    def of(name):
        return weights["transformer." + name]

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], of(name + ".weight"), of(name + ".bias"), 1e-5)

    def linear(x, name):
        return x @ of(name + ".weight") + of(name + ".bias")

    rows, length = tokens.shape
    mask = torch.full((length, length), -math.inf).triu(1)
    x = of("wte.weight")[tokens] + of("wpe.weight")
    for layer in range(layers):
        h = f"h.{layer}."
        parts = linear(norm(x, h + "ln_1"), h + "attn.c_attn").view(rows, length, 3, heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = parts
        scores = q @ k.transpose(-1, -2) / (math.sqrt(q.shape[-1]) * (layer + 1))
        y = torch.softmax(scores + mask, -1) @ v
        x = x + linear(y.transpose(1, 2).reshape(rows, length, -1), h + "attn.c_proj")
        x = x + linear(F.gelu(linear(norm(x, h + "ln_2"), h + "mlp.c_fc"), approximate="tanh"), h + "mlp.c_proj")
    logits = norm(x, "ln_f")[:, :-1] @ of("wte.weight").T
    return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def orthogonalised(x):
    a, b, c = QUINTIC
    x = x / max(float(x.norm()), 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(5):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


class Twin:
    """Clipping, then AdamW, or Muon for the matrices of the blocks."""

    def __init__(self, weights, optimizer):
        self.weights, self.muon, self.updates = weights, optimizer == "muon", 0
        self.first = {name: torch.zeros_like(w) for name, w in weights.items()}
        self.second = {name: torch.zeros_like(w) for name, w in weights.items()}

    def step(self, rate):
        gradients = {name: w.grad for name, w in self.weights.items()}
        norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in gradients.values()))
        self.updates += 1
        for name, w in self.weights.items():
            g = gradients[name] * min(1.0, NORM / norm)
            with torch.no_grad():
                if self.muon and w.dim() == 2 and ".h." in name:
                    self.orthogonal_update(name, w, g, rate)
                else:
                    self.adamw_update(name, w, g, rate)
            w.grad = None
        return norm

    def adamw_update(self, name, w, g, rate):
        m, v = self.first[name], self.second[name]
        m.mul_(BETAS[0]).add_(g, alpha=1 - BETAS[0])
        v.mul_(BETAS[1]).addcmul_(g, g, value=1 - BETAS[1])
        update = (m / (1 - BETAS[0] ** self.updates)) / ((v / (1 - BETAS[1] ** self.updates)).sqrt() + EPSILON)
        w.sub_(rate * (update + DECAY * w))

    def orthogonal_update(self, name, w, g, rate):
        m = self.first[name]
        m.mul_(MOMENTUM).add_(g, alpha=1 - MOMENTUM)
        u = MOMENTUM * m + (1 - MOMENTUM) * g
        parts = 3 if name.endswith("c_attn.weight") else 1
        for at in torch.chunk(torch.arange(w.shape[1]), parts):
            part = slice(int(at[0]), int(at[-1]) + 1)
            scale = 0.2 * math.sqrt(max(w.shape[0], len(at)))
            w[:, part].mul_(1 - rate * DECAY).sub_(rate * scale * orthogonalised(u[:, part]))


def rows_of(amt, dataset, work, most):
    subprocess.run([amt, "inspect", dataset, "--export-text", work / "rows.txt"], check=True, capture_output=True)
    return torch.from_numpy(numpy.loadtxt(work / "rows.txt", dtype=numpy.int64, ndmin=2, max_rows=most))


def train_amt(o, work, steps):
    command = [o.amt, "train", "--init", work / "model", "--data.dataset", o.dataset, "--trainer.run_dir", work / "run",
               "--trainer.num_train_steps", steps, "--trainer.train_batch_size", o.batch, "--trainer.mp", "f32",
               "--trainer.learning_rate", o.rate, "--trainer.lr_schedule", "constant", "--trainer.warmup_ratio", 0,
               "--trainer.steps_per_eval", steps, "--trainer.max_eval_batches", 1, "--trainer.device", "cpu",
               "--trainer.threads", o.threads, "--optimizer.name", o.optimizer, "--model.embed_pdrop", 0,
               "--model.resid_pdrop", 0]
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(result.stderr)
    lines = [json.loads(line) for line in (work / "run" / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "loss" in line]


def apart(ours, theirs):
    return abs(ours - theirs) / abs(theirs)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("amt")
    options.add_argument("dataset")
    options.add_argument("--optimizer", choices=("adamw", "muon"), default="adamw")
    options.add_argument("--width", type=int, default=64)
    options.add_argument("--layers", type=int, default=2)
    options.add_argument("--heads", type=int, default=4)
    options.add_argument("--batch", type=int, default=4)
    options.add_argument("--steps", type=int, default=25)
    options.add_argument("--rate", type=float, default=3e-3)
    options.add_argument("--exact", type=int, default=15, help="number of steps that must agree to 1e-6")
    options.add_argument("--drift", type=float, default=1e-2, help="largest relative difference of later steps")
    options.add_argument("--threads", type=int, default=2)
    o = options.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(o.threads)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        rows = rows_of(o.amt, o.dataset, work, o.steps * o.batch)
        steps = min(o.steps, len(rows) // o.batch)
        vocab = json.loads((pathlib.Path(o.dataset) / "manifest.json").read_text())["vocabulary"]
        weights = random_weights(vocab, o.width, o.layers)
        write_model(work / "model", weights, {
            "model_type": "gpt2", "vocab_size": vocab, "n_positions": LENGTH, "n_embd": o.width, "n_layer": o.layers,
            "n_head": o.heads, "activation_function": "gelu_new", "scale_attn_by_inverse_layer_idx": True,
            "embd_pdrop": 0.0, "resid_pdrop": 0.0, "attn_pdrop": 0.0, "layer_norm_epsilon": 1e-5})
        recorded = train_amt(o, work, steps)
        for tensor in weights.values():
            tensor.requires_grad_()
        twin, good = Twin(weights, o.optimizer), True
        print("step       loss amt   PyTorch   apart    norm amt   PyTorch   apart")
        for step, amt in enumerate(recorded):
            loss = loss_of(weights, rows[step * o.batch:(step + 1) * o.batch], o.layers, o.heads)
            loss.backward()
            norm = twin.step(o.rate)
            distances = apart(amt["loss"], float(loss)), apart(amt["grad_norm"], norm)
            exact = step < o.exact
            limits = (1e-6, 1e-5) if exact else (o.drift, 10 * o.drift)
            here = all(distance <= limit for distance, limit in zip(distances, limits))
            good = good and here
            print(f"{step:4d}  {amt['loss']:13.8f} {float(loss):9.5f} {distances[0]:7.0e}  {amt['grad_norm']:10.6f} "
                  f"{norm:9.5f} {distances[1]:7.0e}{'' if here else '  too far'}")
    print("the twins agree" if good else "the twins differ")
    raise SystemExit(0 if good else 1)


if __name__ == "__main__":
    main()
