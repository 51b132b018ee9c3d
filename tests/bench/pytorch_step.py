#!/usr/bin/env python3
"""The PyTorch counterpart of step_bench and gpu_bench: times the forward and backward pass of the
same model on one micro-batch.

Prints one line: PyTorch's version, device, precision, seconds of the fastest and the median pass,
tokens/s, and the peak memory (resident, or allocated on the device). --update makes complete steps,
like gpu_bench: gradient clipping, fused AdamW, gradients set to None. Attention uses
scaled_dot_product_attention if PyTorch has it (2.0 and later, a fused kernel), else two products
and a softmax. bf16 means autocast with fp32 parameters, the usual way to train. On a GPU, use
--device cuda --precision bf16 --compile --update.
"""
import argparse
import resource
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

SIZES = {"small": (768, 12, 12), "medium": (1024, 16, 24), "large": (1280, 20, 36)}


class Block(nn.Module):
    def __init__(self, width, heads, layer, dropout):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5 / (layer + 1)
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc, self.out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(dropout)

    def attention(self, x):
        rows, length, width = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            # The scale is multiplied into q, because PyTorch 2.0 has no argument for it.
            y = F.scaled_dot_product_attention(q * (self.scale * q.shape[-1] ** 0.5), k, v, is_causal=True)
        else:
            mask = torch.full((length, length), float("-inf"), dtype=q.dtype).triu(1)
            y = torch.softmax((q @ k.transpose(-1, -2) * self.scale + mask).float(), -1).to(v.dtype) @ v
        return self.proj(y.transpose(1, 2).reshape(rows, length, width))

    def forward(self, x):
        x = x + self.drop(self.attention(self.ln1(x)))
        return x + self.drop(self.out(F.gelu(self.fc(self.ln2(x)), approximate="tanh")))


class Model(nn.Module):
    def __init__(self, vocab, length, width, heads, layers, dropout):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads, layer, dropout) for layer in range(layers))
        self.lnf, self.drop = nn.LayerNorm(width), nn.Dropout(dropout)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens):
        x = self.drop(self.wte(tokens) + self.wpe.weight)
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.lnf(x[:, :-1]), self.wte.weight)
        return F.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())


def device_seconds(work, device):
    """Returns the seconds until the device has finished the work."""
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    wait()
    start = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - start


def peak_gb(device):
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", choices=SIZES, default="small")
    options.add_argument("--rows", type=int, default=1, help="rows of 1024 tokens in the micro-batch")
    options.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--passes", type=int, default=5)
    options.add_argument("--vocab", type=int, default=55028)
    options.add_argument("--layers", type=int, default=0, help="number of layers (default: that of --size)")
    options.add_argument("--compile", action="store_true", help="torch.compile the model")
    options.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options.add_argument("--update", action="store_true", help="make an AdamW step after each pass")
    o = options.parse_args()
    if o.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("pytorch_step.py: PyTorch finds no CUDA device")

    torch.manual_seed(0)
    torch.set_num_threads(o.threads)
    width, heads, layers = SIZES[o.size]
    model = Model(o.vocab, 1024, width, heads, o.layers or layers, dropout=0.1).to(o.device)
    run = torch.compile(model) if o.compile else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-4, weight_decay=0.1, fused=o.device == "cuda")
    tokens = torch.randint(0, o.vocab, (o.rows, 1024), device=o.device)
    losses = []

    def one_pass():
        model.zero_grad(set_to_none=o.update)
        with torch.autocast(o.device, torch.bfloat16, enabled=o.precision == "bf16"):
            loss = run(tokens)
        loss.backward()
        if o.update:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        losses.append(loss.item())  # copies it to the host, as a trainer would

    warm_up = 3 if o.compile or o.device == "cuda" else 1  # compiling, choosing kernels, allocating
    seconds = [device_seconds(one_pass, o.device) for _ in range(warm_up + o.passes)][warm_up:]
    best, median = min(seconds), statistics.median(seconds)
    where = torch.cuda.get_device_name() if o.device == "cuda" else f"{o.threads} threads"
    print(f"PyTorch {torch.__version__}{' compiled' if o.compile else ''}{', AdamW' if o.update else ''}, {o.size}, "
          f"{len(model.blocks)} layers, {o.rows} rows, {o.precision}, {where}: best {best:.4f} s, median {median:.4f} s, "
          f"{o.rows * 1024 / best:.0f} tokens/s (median {o.rows * 1024 / median:.0f}), "
          f"peak {peak_gb(o.device):.2f} GB, loss {losses[-1]:.3f}")


if __name__ == "__main__":
    main()
