#!/usr/bin/env python3
"""How far amt scales: a model of prepare up to 1024 ranks and of training up to 512 GPUs.

Usage: scaling_model.py [--help] [--NAME VALUE ...] [--measured FILE.csv]. Prints Markdown tables of
strong scaling (the same work on more ranks) and weak scaling (work that grows with the ranks), and
where each drops below half of the ideal. --measured: output of scaling.sh, whose points are printed
next to the model's prediction from that machine's one-rank times. Every input is an argument;
--help gives the source of its default.
"""
import argparse
import csv
import math
import random

import simulate_balance

MODELS = {"small": (768, 12), "medium": (1024, 24), "large": (1280, 36)}  # hidden, layers
VOCABULARY, PADDED_VOCABULARY, CONTEXT = 55028, 55040, 1024
BUCKET_BYTES = 25e6  # kBucketFloats of include/amt/collective/buckets.hpp
SENT_ROW, STORED_ROW = 2064, 2048  # src/shuffle/shuffle.md
PREPARE_RANKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
GPUS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
LEAST_EFFICIENCY = 0.5

# name, default, meaning, source of the default
INPUTS = [
    ("rows", 51e6, "training rows of the corpus", "Lakh at augment 30, NOTES.md"),
    ("files", 178_561, "MIDI files of the corpus", "Lakh"),
    ("tokenise-rate", 280e3, "rows/s that a core tokenises and stores", "measured, NOTES.md: two ranks"),
    ("write-rate", 235e3, "rows/s that a core sorts and writes", "measured, NOTES.md: two ranks"),
    ("start-seconds", 0.3, "start and end of MPI", "measured, NOTES.md: two ranks"),
    ("list-rate", 20e3, "files/s that rank 0 lists", "assumed: one client of a parallel file system"),
    ("metadata-rate", 40e3, "metadata operations/s, all nodes", "assumed: a parallel file system"),
    ("file-operations", 3, "metadata operations for each file read", "open, stat, close"),
    ("file-system", 10e9, "bytes/s of the file system, all nodes", "assumed"),
    ("rows-per-shard", 262_144, "rows of a shard", "amt's default"),
    ("ranks-per-node", 64, "ranks of prepare on a node", "assumed: one for each core"),
    ("node-link", 12.5e9, "bytes/s of a node's link, for prepare", "data sheet: 100 Gbit/s"),
    ("message-seconds", 2e-6, "time per message to a rank", "assumed: MPI over InfiniBand"),
    ("peak-flops", 989.4e12, "FLOP/s of a GPU in bf16", "data sheet: H100, H200"),
    ("mfu", 0.51, "fraction of it reached by each further row of a pass", "measured, H200: 8 to 64 rows of small"),
    ("layer-seconds", 170e-6, "fixed time of a layer's pass", "measured, H200: 8 to 64 rows of small"),
    ("hbm", 4.2e12, "bytes/s of a GPU's memory", "measured, H200: AdamW"),
    ("batch-rows", 512, "rows of a global batch, strong scaling", "configs/lakh-*.ini"),
    ("micro-rows", 64, "rows of a micro-batch at most", "trainer.per_device_parallelism auto, on a GPU"),
    ("gpus-per-node", 8, "GPUs of a node", "assumed: HGX"),
    ("gpu-link", 450e9, "bytes/s between GPUs of a node, each way", "data sheet: NVLink 4"),
    ("gpu-node-link", 50e9, "bytes/s of a node's link, for training", "data sheet: one adapter of 400 Gbit/s"),
    ("hop-seconds", 3e-6, "latency per step of the ring", "assumed"),
    ("open-link", 2e9, "bytes/s of an unlimited link, for --measured", "assumed: a core copies"),
]


def parse_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default, what, source in INPUTS:
        parser.add_argument(f"--{name}", type=float, default=default, help=f"{what}; {default:g}: {source}")
    parser.add_argument("--model", choices=MODELS, default="small", help="the trained model")
    parser.add_argument("--sums", choices=SUMS, default="nccl",
                        help="how gradients are summed; nccl: its ring or its double tree, whichever is faster\n"
                        "there; tree: by MPI as Open MPI 4.1 does it")
    parser.add_argument("--measured", metavar="FILE.csv", help="points that scaling.sh printed")
    return parser.parse_args(words)


# --- prepare -----------------------------------------------------------------------------------------


def unit_loads():
    """Work per unit of the full dataset, for each number of prefix digits."""
    rng = random.Random(0)
    return {digits: simulate_balance.unit_bytes(digits, rng) for digits in (1, 2, 3)}


def exchange_window(ranks):
    """Rows that a rank buffers for sending, src/shuffle/exchange.cpp."""
    return max(16, min(2048, 32768 // ranks))


def prepare_phases(inputs, ranks, rows, files, busiest):
    """Seconds per phase. busiest: work of the busiest rank relative to the mean."""
    nodes = math.ceil(ranks / inputs.ranks_per_node)
    share = rows / ranks
    rounds = busiest * share / exchange_window(ranks)
    tokenise = busiest * share / inputs.tokenise_rate
    off_node = 1 - 1 / nodes
    # Each shard belongs to one rank: if there are few shards per rank, some ranks own one more.
    shards = math.ceil(rows / inputs.rows_per_shard)
    written = math.ceil(shards / ranks) * rows / shards
    return {
        "start": inputs.start_seconds,
        "list": files / inputs.list_rate,  # by rank 0 alone
        "tokenise": tokenise,
        "wait for files": max(0.0, files * inputs.file_operations / inputs.metadata_rate - tokenise),
        "exchange": (rows * SENT_ROW * off_node / nodes / inputs.node_link
                     + (rounds * (ranks - 1) * inputs.message_seconds if ranks > 1 else 0)),
        "write": max(written / inputs.write_rate, rows * STORED_ROW / inputs.file_system),
    }


def prepare_table(inputs, digits, loads, weak):
    """Rows of (ranks, phases, efficiency). weak: 1/64 of the corpus per rank."""
    table = []
    for ranks in PREPARE_RANKS:
        scale = ranks / 64 if weak else 1
        busiest = simulate_balance.imbalance(loads[digits], ranks)
        phases = prepare_phases(inputs, ranks, inputs.rows * scale, inputs.files * scale, busiest)
        table.append((ranks, phases))
    first = sum(table[0][1].values())
    return [(ranks, phases, first / sum(phases.values()) / (1 if weak else ranks)) for ranks, phases in table]


# --- training ----------------------------------------------------------------------------------------


def parameters(model):
    """Parameters of the blocks' products, and of the tied embedding without its padding."""
    hidden, layers = MODELS[model]
    return 12 * layers * hidden**2, VOCABULARY * hidden


def row_flops(model):
    """model_flops_per_token() in src/resources/flops.cpp, for one row."""
    hidden, layers = MODELS[model]
    return CONTEXT * (6 * sum(parameters(model)) + 12 * layers * hidden * CONTEXT)


def gradient_bytes(model):
    """fp32 bytes of the blocks' gradient, which can be summed during the backward pass, and of the
    tied embedding's, which is final only at its end."""
    return 4 * parameters(model)[0], 4 * PADDED_VOCABULARY * MODELS[model][0]


def ring_seconds(size, ranks, bandwidth, hop_seconds):
    """An all-reduce of `size` bytes: each rank sends and receives 2 (n - 1) / n of them, in buckets."""
    if ranks == 1:
        return 0.0
    buckets = math.ceil(size / BUCKET_BYTES)
    return 2 * (ranks - 1) / ranks * size / bandwidth + buckets * 2 * (ranks - 1) * hop_seconds


def nccl_seconds(size, ranks, bandwidth, hop_seconds):
    """NCCL uses the faster of its ring and two binary trees, each of which carries half of the
    bytes."""
    if ranks == 1:
        return 0.0
    buckets = math.ceil(size / BUCKET_BYTES)
    trees = 2 * size / bandwidth + buckets * 2 * math.ceil(math.log2(ranks)) * hop_seconds
    return min(ring_seconds(size, ranks, bandwidth, hop_seconds), trees)


def tree_seconds(size, ranks, bandwidth, hop_seconds):
    """An all-reduce up a binomial tree and down again, with all bytes at each level."""
    levels = math.ceil(math.log2(ranks))
    return 2 * levels * (size / bandwidth + math.ceil(size / BUCKET_BYTES) * hop_seconds)


# tree: what Open MPI 4.1 uses for an in-place MPI_Iallreduce of any size (its bytes on four hosts
# were counted: the root sends them twice, a ring would send 1.5 times).
SUMS = {"nccl": nccl_seconds, "ring": ring_seconds, "tree": tree_seconds}


def exposed_reduction(sums, blocks, embedding, ranks, bandwidth, hop_seconds, backward):
    """Seconds of a step's all-reduce that the backward pass does not hide."""
    seconds = SUMS[sums]
    hidden_part = seconds(blocks, ranks, bandwidth, hop_seconds)
    return max(0.0, hidden_part - backward) + seconds(embedding, ranks, bandwidth, hop_seconds)


def train_phases(inputs, gpus, batch_rows):
    """Seconds per part of a step."""
    hidden, layers = MODELS[inputs.model]
    rows = batch_rows / gpus
    micro = min(inputs.micro_rows, rows)
    pass_seconds = micro * row_flops(inputs.model) / (inputs.peak_flops * inputs.mfu) + layers * inputs.layer_seconds
    link = inputs.gpu_link if gpus <= inputs.gpus_per_node else min(inputs.gpu_link, inputs.gpu_node_link)
    blocks, embedding = gradient_bytes(inputs.model)
    return {
        "passes": rows / micro * pass_seconds,
        # The backward pass is two thirds of a pass; sums start during that of the last micro-batch.
        "exposed sums": exposed_reduction(inputs.sums, blocks, embedding, gpus, link,
                                          inputs.hop_seconds, pass_seconds * 2 / 3),
        # AdamW reads four numbers per parameter and writes three.
        "update": 7 * (blocks + embedding) / inputs.hbm,
    }


def train_table(inputs, weak):
    """weak: a full micro-batch per GPU, so the batch grows."""
    table = []
    for gpus in GPUS:
        batch = inputs.micro_rows * gpus if weak else inputs.batch_rows
        if batch >= gpus:
            table.append((gpus, train_phases(inputs, gpus, batch)))
    first = sum(table[0][1].values())
    return [(gpus, phases, first / sum(phases.values()) / (1 if weak else gpus)) for gpus, phases in table]


# --- output ------------------------------------------------------------------------------------------


def limit(table):
    """Where the efficiency first drops below half, and the slowest phase there."""
    for ranks, phases, efficiency in table:
        if efficiency < LEAST_EFFICIENCY:
            most = max(phases, key=phases.get)
            return f"below {LEAST_EFFICIENCY:.0%} from {ranks} on, where most time is spent on: {most}"
    return f"above {LEAST_EFFICIENCY:.0%} up to {table[-1][0]}"


def print_table(title, unit, table):
    names = list(table[0][1])
    print(f"\n### {title}: {limit(table)}\n\n| {unit} | {' | '.join(names)} | all, s | efficiency |")
    print("| --- " * (len(names) + 3) + "|")
    for ranks, phases, efficiency in table:
        cells = " | ".join(f"{phases[name]:.3g}" for name in names)
        print(f"| {ranks} | {cells} | {sum(phases.values()):.3g} | {efficiency:.0%} |")


def print_prepare(inputs):
    loads = unit_loads()
    for digits in loads:
        for weak in (False, True):
            kind = "weak, 1/64 of the corpus per rank" if weak else "strong"
            print_table(f"prepare, --prefix-digits {digits}, {kind}", "ranks",
                        prepare_table(inputs, digits, loads, weak))


def print_training(inputs):
    print_table(f"train {inputs.model}, strong, batch of {inputs.batch_rows:g} rows", "GPUs",
                train_table(inputs, weak=False))
    print_table(f"train {inputs.model}, weak, {inputs.micro_rows:g} rows per GPU", "GPUs",
                train_table(inputs, weak=True))


def read_points(path):
    with open(path, newline="") as file:
        return [{key: value if key == "job" else float(value) for key, value in row.items()}
                for row in csv.DictReader(file)]


def predict_point(inputs, point, alone):
    """Seconds that the model predicts for a point of scaling.sh from the one-rank point of its
    job."""
    ranks, hosts = point["ranks"], point["hosts"]
    bandwidth = point["link_mbit"] * 1e6 / 8 or inputs.open_link
    compute = alone["seconds"] * point["rows"] / alone["rows"]
    if point["job"] == "train":
        # There, rows are those of one rank. As on a GPU, the backward pass is two thirds of a pass.
        reduced, embedding = point["bytes"], point["embedding_bytes"]
        return compute + exposed_reduction("tree", reduced - embedding, embedding, int(ranks), bandwidth,
                                           inputs.hop_seconds, compute * 2 / 3)
    sent = point["bytes"] / hosts if hosts > 1 else 0.0
    return compute / ranks + sent / bandwidth


def print_measured(inputs, points):
    print("\n### measured, and by the same formulas from one rank's time\n")
    print("| job | ranks | hosts | link, Mbit/s | rows | bytes | measured, s | model, s | ratio |")
    print("| --- " * 9 + "|")
    alone = {point["job"]: point for point in points if point["ranks"] == 1}
    for point in points:
        if point["job"] not in alone:
            raise SystemExit(f"scaling_model.py: no one-rank point for '{point['job']}'; run scaling.sh to its end")
        seconds = predict_point(inputs, point, alone[point["job"]])
        link = f"{point['link_mbit']:g}" if point["link_mbit"] else "not shaped"
        print(f"| {point['job']} | {point['ranks']:g} | {point['hosts']:g} | {link} | {point['rows']:g} | "
              f"{point['bytes']:.4g} | {point['seconds']:.3g} | {seconds:.3g} | {point['seconds'] / seconds:.2f} |")


def main():
    inputs = parse_arguments()
    if inputs.measured:
        print_measured(inputs, read_points(inputs.measured))
        return
    print("| input | value | source of the default |\n| --- | --- | --- |")
    for name, _, what, source in INPUTS:
        print(f"| {what} | {getattr(inputs, name.replace('-', '_')):g} | {source} |")
    print_prepare(inputs)
    print_training(inputs)


if __name__ == "__main__":
    main()
