#!/usr/bin/env python3
"""Models how amt scales: prepare up to 1024 ranks, training up to 512 GPUs.

Usage: scaling_model.py [--help] [--NAME VALUE ...] [--measured FILE.csv]. Prints Markdown tables of
strong scaling (the same work on more ranks) and weak scaling (work that grows with the ranks), and
states where each drops below half of the ideal. --measured reads the output of scaling.sh and
prints its points next to the model's predictions from that machine's one-rank times. Every input is
an argument; --help gives the source of its default.
"""
import argparse
import csv
import math
import random

import simulate_balance

MODELS = {"small": (768, 12), "medium": (1024, 24), "large": (1280, 36)}  # (width, layers)
VOCABULARY, PADDED_VOCABULARY, CONTEXT = 55028, 55040, 1024
BUCKET_BYTES = 25e6  # kBucketFloats of include/amt/collective/buckets.hpp
SENT_ROW, STORED_ROW = 2064, 2048  # src/shuffle/shuffle.md
PREPARE_RANKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
GPUS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
LEAST_EFFICIENCY = 0.5

# name, default, meaning, source of the default
INPUTS = [
    ("rows", 51e6, "training rows from the corpus", "Lakh at augment 30, NOTES.md"),
    ("files", 178_561, "MIDI files in the corpus", "Lakh"),
    ("tokenise-rate", 280e3, "rows/s that a core tokenises and stores", "measured, NOTES.md: two ranks"),
    ("write-rate", 235e3, "rows/s that a core sorts and writes", "measured, NOTES.md: two ranks"),
    ("start-seconds", 0.3, "seconds to start and end MPI", "measured, NOTES.md: two ranks"),
    ("list-rate", 20e3, "files/s that rank 0 lists", "assumed: one client of a parallel file system"),
    ("metadata-rate", 40e3, "metadata operations/s, all nodes", "assumed: a parallel file system"),
    ("file-operations", 3, "metadata operations per file read", "open, stat, close"),
    ("file-system", 10e9, "bytes/s of the file system, all nodes", "assumed"),
    ("rows-per-shard", 262_144, "rows per shard", "amt's default"),
    ("ranks-per-node", 64, "ranks of prepare per node", "assumed: one per core"),
    ("node-link", 12.5e9, "bytes/s of a node's link, for prepare", "data sheet: 100 Gbit/s"),
    ("message-seconds", 2e-6, "seconds per message to a rank", "assumed: MPI over InfiniBand"),
    ("peak-flops", 989.4e12, "FLOP/s of a GPU in bf16", "data sheet: H100, H200"),
    ("mfu", 0.51, "fraction of the peak, not counting the fixed time per layer", "measured, H200: 8 to 64 rows of small"),
    ("layer-seconds", 170e-6, "fixed seconds per layer and pass", "measured, H200: 8 to 64 rows of small"),
    ("hbm", 4.2e12, "bytes/s of a GPU's memory", "measured, H200: AdamW"),
    ("batch-rows", 512, "rows in a global batch, for strong scaling", "configs/lakh-*.ini"),
    ("micro-rows", 64, "largest number of rows in a micro-batch", "trainer.per_device_parallelism auto, on a GPU"),
    ("gpus-per-node", 8, "GPUs per node", "assumed: HGX"),
    ("gpu-link", 450e9, "bytes/s between GPUs of a node, each way", "data sheet: NVLink 4"),
    ("gpu-node-link", 50e9, "bytes/s of a node's link, for training",
     "data sheet: one 400 Gbit/s adapter"),
    ("hop-seconds", 3e-6, "latency in seconds per hop of a ring or tree", "assumed"),
    ("open-link", 2e9, "bytes/s of an unlimited link, for --measured",
     "assumed: rate at which a core copies"),
]


def parse_arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default, what, source in INPUTS:
        parser.add_argument(f"--{name}", type=float, default=default, help=f"{what}; {default:g}: {source}")
    parser.add_argument("--model", choices=MODELS, default="small", help="the model to train")
    parser.add_argument("--sums", choices=SUMS, default="nccl",
                        help="how gradients are summed; nccl: by NCCL's ring or double tree, whichever is\n"
                        "faster; tree: by MPI as in Open MPI 4.1")
    parser.add_argument("--measured", metavar="FILE.csv", help="output of scaling.sh")
    return parser.parse_args(words)


# --- prepare -----------------------------------------------------------------------------------------


def unit_loads():
    """Returns the work of each unit of the full dataset, for each number of prefix digits."""
    rng = random.Random(0)
    return {digits: simulate_balance.unit_bytes(digits, rng) for digits in (1, 2, 3)}


def exchange_window(ranks):
    """Returns the number of rows that a rank buffers for sending, as in
    src/shuffle/exchange.cpp."""
    return max(16, min(2048, 32768 // ranks))


def prepare_phases(inputs, ranks, rows, files, busiest):
    """Returns the seconds of each phase. busiest: work of the busiest rank relative to the mean."""
    nodes = math.ceil(ranks / inputs.ranks_per_node)
    share = rows / ranks
    rounds = busiest * share / exchange_window(ranks)
    tokenise = busiest * share / inputs.tokenise_rate
    off_node = 1 - 1 / nodes
    # Each shard has one owner, so the load is uneven if there are few shards per rank.
    shards = math.ceil(rows / inputs.rows_per_shard)
    written = math.ceil(shards / ranks) * rows / shards
    return {
        "start": inputs.start_seconds,
        "list": files / inputs.list_rate,  # done by rank 0 alone
        "tokenise": tokenise,
        "wait for files": max(0.0, files * inputs.file_operations / inputs.metadata_rate - tokenise),
        "exchange": (rows * SENT_ROW * off_node / nodes / inputs.node_link
                     + (rounds * (ranks - 1) * inputs.message_seconds if ranks > 1 else 0)),
        "write": max(written / inputs.write_rate, rows * STORED_ROW / inputs.file_system),
    }


def prepare_table(inputs, digits, loads, weak):
    """Returns a list of (ranks, phases, efficiency). weak: 1/64 of the corpus per rank."""
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
    """Returns the numbers of parameters in the blocks' products and in the unpadded tied
    embedding."""
    hidden, layers = MODELS[model]
    return 12 * layers * hidden**2, VOCABULARY * hidden


def row_flops(model):
    """Returns the FLOPs of one row, like model_flops_per_token() in src/resources/flops.cpp."""
    hidden, layers = MODELS[model]
    return CONTEXT * (6 * sum(parameters(model)) + 12 * layers * hidden * CONTEXT)


def gradient_bytes(model):
    """Returns the fp32 bytes of the blocks' gradients, which can be summed during the backward
    pass, and of the tied embedding's gradient, which is final only at its end."""
    return 4 * parameters(model)[0], 4 * PADDED_VOCABULARY * MODELS[model][0]


def ring_seconds(size, ranks, bandwidth, hop_seconds):
    """Returns the seconds of a ring all-reduce of `size` bytes in buckets: each of the n ranks
    sends and receives 2 (n - 1) / n times the bytes."""
    if ranks == 1:
        return 0.0
    buckets = math.ceil(size / BUCKET_BYTES)
    return 2 * (ranks - 1) / ranks * size / bandwidth + buckets * 2 * (ranks - 1) * hop_seconds


def nccl_seconds(size, ranks, bandwidth, hop_seconds):
    """Returns the seconds of NCCL's all-reduce: the faster of a ring and two binary trees, each of
    which carries half of the bytes."""
    if ranks == 1:
        return 0.0
    buckets = math.ceil(size / BUCKET_BYTES)
    trees = 2 * size / bandwidth + buckets * 2 * math.ceil(math.log2(ranks)) * hop_seconds
    return min(ring_seconds(size, ranks, bandwidth, hop_seconds), trees)


def tree_seconds(size, ranks, bandwidth, hop_seconds):
    """Returns the seconds of an all-reduce up and down a binomial tree, with all bytes at each
    level."""
    levels = math.ceil(math.log2(ranks))
    return 2 * levels * (size / bandwidth + math.ceil(size / BUCKET_BYTES) * hop_seconds)


# Open MPI 4.1 uses a tree for an in-place MPI_Iallreduce of any size. This was found by counting
# bytes on four hosts: the root sends the buffer twice; in a ring it would send it 1.5 times.
SUMS = {"nccl": nccl_seconds, "ring": ring_seconds, "tree": tree_seconds}


def exposed_reduction(sums, blocks, embedding, ranks, bandwidth, hop_seconds, backward):
    """Returns the seconds of a step's all-reduce that do not overlap the backward pass."""
    seconds = SUMS[sums]
    hidden_part = seconds(blocks, ranks, bandwidth, hop_seconds)
    return max(0.0, hidden_part - backward) + seconds(embedding, ranks, bandwidth, hop_seconds)


def train_phases(inputs, gpus, batch_rows):
    """Returns the seconds of each part of a step."""
    hidden, layers = MODELS[inputs.model]
    rows = batch_rows / gpus
    micro = min(inputs.micro_rows, rows)
    pass_seconds = micro * row_flops(inputs.model) / (inputs.peak_flops * inputs.mfu) + layers * inputs.layer_seconds
    link = inputs.gpu_link if gpus <= inputs.gpus_per_node else min(inputs.gpu_link, inputs.gpu_node_link)
    blocks, embedding = gradient_bytes(inputs.model)
    return {
        "passes": rows / micro * pass_seconds,
        # Sums start during the last micro-batch's backward pass, which is two thirds of its time.
        "exposed sums": exposed_reduction(inputs.sums, blocks, embedding, gpus, link,
                                          inputs.hop_seconds, pass_seconds * 2 / 3),
        # AdamW reads four numbers per parameter and writes three.
        "update": 7 * (blocks + embedding) / inputs.hbm,
    }


def train_table(inputs, weak):
    """Returns a list of (GPUs, phases, efficiency). weak: a full micro-batch per GPU."""
    table = []
    for gpus in GPUS:
        batch = inputs.micro_rows * gpus if weak else inputs.batch_rows
        if batch >= gpus:
            table.append((gpus, train_phases(inputs, gpus, batch)))
    first = sum(table[0][1].values())
    return [(gpus, phases, first / sum(phases.values()) / (1 if weak else gpus)) for gpus, phases in table]


# --- output ------------------------------------------------------------------------------------------


def limit(table):
    """Describes where the efficiency first drops below half, and the slowest phase there."""
    for ranks, phases, efficiency in table:
        if efficiency < LEAST_EFFICIENCY:
            most = max(phases, key=phases.get)
            return f"below {LEAST_EFFICIENCY:.0%} from {ranks} on, where the slowest phase is: {most}"
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
    """Returns the seconds that the model predicts for a point of scaling.sh, from the one-rank
    point of the same job."""
    ranks, hosts = point["ranks"], point["hosts"]
    bandwidth = point["link_mbit"] * 1e6 / 8 or inputs.open_link
    compute = alone["seconds"] * point["rows"] / alone["rows"]
    if point["job"] == "train":
        # A training point states the rows of one rank. The backward pass takes two thirds of the
        # time.
        reduced, embedding = point["bytes"], point["embedding_bytes"]
        return compute + exposed_reduction("tree", reduced - embedding, embedding, int(ranks), bandwidth,
                                           inputs.hop_seconds, compute * 2 / 3)
    sent = point["bytes"] / hosts if hosts > 1 else 0.0
    return compute / ranks + sent / bandwidth


def print_measured(inputs, points):
    print("\n### measured, and predicted from one rank's time\n")
    print("| job | ranks | hosts | link, Mbit/s | rows | bytes | measured, s | model, s | ratio |")
    print("| --- " * 9 + "|")
    alone = {point["job"]: point for point in points if point["ranks"] == 1}
    for point in points:
        if point["job"] not in alone:
            raise SystemExit(f"scaling_model.py: no one-rank point for '{point['job']}'; let scaling.sh run to its end")
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
