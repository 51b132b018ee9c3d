#!/usr/bin/env python3
"""Writes tests/data/golden/weights with PyTorch: a tiny GPT-2 in four file formats, and its
expected output.

Usage: make_weights.py FOLDER

The values are multiples of 2^-10 below 1/4, which float32, float16 and bfloat16 represent exactly.
The folder in the repository was written by PyTorch 1.13 (Debian's python3-torch).
"""
import collections
import json
import math
import pathlib
import struct
import sys

import torch

VOCAB, POSITIONS, WIDTH, LAYERS, HEADS, USED = 50, 12, 16, 2, 2, 10


def make_parameters():
    """Yields Hugging Face's tensor names without the prefix, in the order of its modules."""
    torch.manual_seed(7)
    values = collections.OrderedDict()

    def add(name, *shape, around=0.0):
        values[name] = around + torch.randint(-200, 200, shape).double() / 1024

    add("wte.weight", VOCAB, WIDTH)
    add("wpe.weight", POSITIONS, WIDTH)
    for layer in range(LAYERS):
        h = f"h.{layer}."
        add(h + "ln_1.weight", WIDTH, around=0.75)
        add(h + "ln_1.bias", WIDTH)
        add(h + "attn.c_attn.weight", WIDTH, 3 * WIDTH)
        add(h + "attn.c_attn.bias", 3 * WIDTH)
        add(h + "attn.c_proj.weight", WIDTH, WIDTH)
        add(h + "attn.c_proj.bias", WIDTH)
        add(h + "ln_2.weight", WIDTH, around=0.75)
        add(h + "ln_2.bias", WIDTH)
        add(h + "mlp.c_fc.weight", WIDTH, 4 * WIDTH)
        add(h + "mlp.c_fc.bias", 4 * WIDTH)
        add(h + "mlp.c_proj.weight", 4 * WIDTH, WIDTH)
        add(h + "mlp.c_proj.bias", WIDTH)
    add("ln_f.weight", WIDTH, around=0.75)
    add("ln_f.bias", WIDTH)
    return collections.OrderedDict((k, v.bfloat16().double()) for k, v in values.items())


def norm(x, p, name):
    return torch.nn.functional.layer_norm(x, (WIDTH,), p[name + ".weight"], p[name + ".bias"], 1e-5)


def linear(x, p, name):
    return x @ p[name + ".weight"] + p[name + ".bias"]


def attend(x, p, h, layer):
    n = x.shape[0]
    q, k, v = (t.reshape(n, HEADS, -1).transpose(0, 1) for t in linear(x, p, h + "attn.c_attn").split(WIDTH, -1))
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1]) / (layer + 1)
    scores = scores.masked_fill(torch.ones(n, n).triu(1).bool(), -math.inf)
    return linear((scores.softmax(-1) @ v).transpose(0, 1).reshape(n, WIDTH), p, h + "attn.c_proj")


def logits_of(p, tokens):
    x = p["wte.weight"][tokens] + p["wpe.weight"][: len(tokens)]
    for layer in range(LAYERS):
        h = f"h.{layer}."
        x = x + attend(norm(x, p, h + "ln_1"), p, h, layer)
        u = linear(norm(x, p, h + "ln_2"), p, h + "mlp.c_fc")
        u = 0.5 * u * (1 + torch.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u**3)))
        x = x + linear(u, p, h + "mlp.c_proj")
    return norm(x, p, "ln_f") @ p["wte.weight"].T


def expect(p):
    tokens = torch.randint(0, VOCAB, (USED,))
    logits = logits_of(p, tokens)
    nll = torch.nn.functional.cross_entropy(logits[:-1], tokens[1:])
    return {
        "tokens": tokens.tolist(),
        "last_logits_sum": logits[-1].sum().item(),
        "last_logits_first_16": logits[-1][:16].tolist(),
        "nll_mean": nll.item(),
    }


def state_dict(p, dtype, prefix="", mask=None, head=False):
    """Returns a state dictionary like that of a transformers module: with version metadata and, for
    old versions, masks."""
    state = collections.OrderedDict((prefix + name, value.to(dtype)) for name, value in p.items())
    if mask is not None:
        causal = torch.ones(POSITIONS, POSITIONS).tril().to(mask).view(1, 1, POSITIONS, POSITIONS)
        for layer in range(LAYERS):
            state[f"{prefix}h.{layer}.attn.bias"] = causal.clone()
            state[f"{prefix}h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    if head:
        state["lm_head.weight"] = state[prefix + "wte.weight"]
    state._metadata = collections.OrderedDict([("", {"version": 1}), ("transformer", {"version": 1})])
    return state


def write_config(folder):
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "gpt2", "activation_function": "gelu_new", "vocab_size": VOCAB,
        "n_positions": POSITIONS, "n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "n_inner": None,
        "layer_norm_epsilon": 1e-05, "scale_attn_by_inverse_layer_idx": True,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    return folder


def shards(state):
    items = list(state.items())
    return [dict(items[: len(items) // 2]), dict(items[len(items) // 2 :])]


def write_index(folder, name, parts):
    index = {"metadata": {}, "weight_map": {t: name % (i + 1) for i, part in enumerate(parts) for t in part}}
    (folder / (name.replace("-%05d-of-00002", "") + ".index.json")).write_text(json.dumps(index) + "\n")


def odd_views(part):
    """Returns tensors that share one storage, with matrices stored column by column."""
    flat = torch.cat([v.t().flatten() if v.dim() == 2 else v.flatten() for v in part.values()])
    views, at = {}, 0
    for name, value in part.items():
        run = flat[at : at + value.numel()]
        views[name] = run.view(*reversed(value.shape)).t() if value.dim() == 2 else run.view(value.shape)
        at += value.numel()
    return views


def write_safetensors(path, tensors):
    names = {torch.float16: "F16", torch.bool: "BOOL", torch.float32: "F32"}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in tensors.items():
        raw = value.contiguous().view(-1).numpy().tobytes()
        header[name] = {"dtype": names[value.dtype], "shape": list(value.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    root = pathlib.Path(sys.argv[1])
    p = make_parameters()

    folder = write_config(root / "bin-zip")
    torch.save(state_dict(p, torch.float16, "transformer.", torch.bool, head=True), folder / "pytorch_model.bin")

    folder = write_config(root / "bin-legacy")
    torch.save(state_dict(p, torch.float32, mask=torch.uint8), folder / "pytorch_model.bin",
               _use_new_zipfile_serialization=False)

    folder = write_config(root / "bin-sharded")
    parts = shards(state_dict(p, torch.bfloat16, "transformer."))
    parts[1] = odd_views(parts[1])
    name = "pytorch_model-%05d-of-00002.bin"
    for i, part in enumerate(parts):
        torch.save(part, folder / (name % (i + 1)), pickle_protocol=4 if i else 2)
    write_index(folder, name, parts)

    folder = write_config(root / "safetensors-sharded")
    parts = shards(state_dict(p, torch.float16, "transformer.", torch.bool, head=True))
    name = "model-%05d-of-00002.safetensors"
    for i, part in enumerate(parts):
        write_safetensors(folder / (name % (i + 1)), part)
    write_index(folder, name, parts)

    (root / "expected.json").write_text(json.dumps(expect(p), indent=1) + "\n")


if __name__ == "__main__":
    main()
