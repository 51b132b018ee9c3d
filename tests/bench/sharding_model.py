#!/usr/bin/env python3
"""What a step with trainer.shard_optimizer waits for, and what other exchanges would save.

Usage: sharding_model.py [--help] [--NAME VALUE ...], with the inputs of scaling_model.py, such as --micro-rows.
Prints a Markdown table: milliseconds of a step with one micro-batch per GPU that the backward pass (sums) and
the next forward pass (parameters) do not hide, and their share of the step.
"""
import math

import scaling_model as model

FEW_RANKS = 3  # kFewRanks of src/cuda/nccl_reducer.cpp
CLUSTERS = ((2, 1), (8, 8), (16, 8), (64, 8))  # GPUs, GPUs per node


def hops(size, ranks, inputs):
    """Latency of a ring's chain, once for each bucket."""
    return math.ceil(size / model.BUCKET_BYTES) * (ranks - 1) * inputs.hop_seconds


def to_owner(size, ranks, link, inputs):
    """A bucket has one owner: all of it goes around the ring to that rank."""
    return size / link + hops(size, ranks, inputs)


def to_all_owners(size, ranks, link, inputs):
    """Each bucket is divided among all ranks; also the exchange of such parts."""
    return (ranks - 1) / ranks * size / link + hops(size, ranks, inputs)


def exposed(seconds, hidden_size, last_size, cover):
    """Of an exchange that `cover` seconds of computing hide, except for last_size bytes."""
    return max(0.0, seconds(hidden_size) - cover) + seconds(last_size)


def forms(inputs, ranks, link, pass_seconds):
    """Exposed seconds of each form: of its sums, and of its parameters."""
    blocks, embedding = model.gradient_bytes(inputs.model)
    backward, forward = pass_seconds * 2 / 3, pass_seconds / 3
    owner, owners = (lambda size, f=f: f(size, ranks, link, inputs) for f in (to_owner, to_all_owners))
    sums = exposed(owner, blocks, embedding, backward)
    waited = owners(blocks + embedding)  # before the pass begins
    ordered = exposed(owner, blocks, embedding, forward)  # a pass waits for its next layer only
    now = waited if ranks <= FEW_RANKS else ordered
    scattered = exposed(owners, blocks, embedding, backward)
    return {
        "parameters before the forward pass": (sums, waited),
        "as it is": (sums, now),
        "reduce_scatter and all_gather of each bucket": (scattered, exposed(owners, blocks, embedding, forward)),
        # Embeddings read wte in fp32.
        "as it is, parameters in bf16": (sums, exposed(owner, blocks / 2, embedding, forward)),
        "as it is, sums in bf16": (exposed(owner, blocks / 2, embedding / 2, backward), now),
    }


def table(inputs):
    """Per cluster and form: GPUs, form, ms for sums, ms for parameters, share of the step."""
    rows = []
    for ranks, per_node in CLUSTERS:
        link = inputs.gpu_link if ranks <= per_node else min(inputs.gpu_link, inputs.gpu_node_link)
        pass_seconds = (inputs.micro_rows * model.row_flops(inputs.model) / (inputs.peak_flops * inputs.mfu) +
                        model.MODELS[inputs.model][1] * inputs.layer_seconds)
        for form, (sums, parameters) in forms(inputs, ranks, link, pass_seconds).items():
            share = (sums + parameters) / (pass_seconds + sums + parameters)
            rows.append((f"{ranks}, {per_node} per node", form, 1e3 * sums, 1e3 * parameters, share))
    return rows


def main():
    inputs = model.parse_arguments()
    print("| GPUs | exchange | sums, ms | parameters, ms | share |\n| --- | --- | --- | --- | --- |")
    for gpus, form, sums, parameters, share in table(inputs):
        print(f"| {gpus} | {form} | {sums:.2f} | {parameters:.2f} | {share:.1%} |")


if __name__ == "__main__":
    main()
