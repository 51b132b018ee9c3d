#!/usr/bin/env python3
"""Simulates how evenly the units and rows of the full Lakh dataset are distributed over ranks.

Usage: simulate_balance.py [SEED]. Prints the two tables in src/shuffle/shuffle.md. Does not use
MPI: it draws 178,561 file sizes with Lakh's mean (33 KB) and a heavy tail, assigns them to random
prefixes like MD5, assigns units to ranks like assign_units(), and draws the keys of rows.
"""
import heapq
import math
import random
import sys

FILES = 178_561
MEAN_BYTES = 33_000
SIGMA = 1.0  # of the size's logarithm; the 99th percentile is about six times the mean
ROWS = 51_000_000  # with augment 30
WINDOW_ROWS = 32_768


def unit_bytes(digits, rng):
    mu = math.log(MEAN_BYTES) - SIGMA**2 / 2
    units = [0.0] * 16**digits
    for _ in range(FILES):
        units[rng.randrange(16**digits)] += rng.lognormvariate(mu, SIGMA)
    training = len(units) * 14 // 16
    # As in work_of(), parsing takes as long as two copies, and training pieces have 30 copies.
    return [b * (32 if u < training else 3) for u, b in enumerate(units)]


def imbalance(units, ranks):
    """Returns the load of the busiest rank relative to the mean; 1 is perfect."""
    heap = [0.0] * ranks
    for load in sorted(units, reverse=True):
        heapq.heapreplace(heap, heap[0] + load)
    return max(heap) / (sum(heap) / ranks)


def fullest_receiver(ranks, shards, rng):
    """Returns the rows that the busiest rank receives in one round, relative to the mean."""
    window = max(16, min(2048, WINDOW_ROWS // ranks))
    received = [0] * ranks
    for _ in range(ranks * window):
        received[rng.randrange(shards) % ranks] += 1
    return max(received) / window, max(received) * 2064 / 2**20


def main():
    rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print("busiest rank / mean rank, by bytes to tokenise")
    print("| ranks | 1 digit | 2 digits | 3 digits |\n| --- | --- | --- | --- |")
    units = {d: unit_bytes(d, rng) for d in (1, 2, 3)}
    for ranks in (2, 4, 7, 14, 64, 256, 1024):
        row = " | ".join(f"{imbalance(units[d], ranks):.2f}" for d in units)
        print(f"| {ranks} | {row} |")
    shards = -(-ROWS // 262_144)
    print(f"\none round of the exchange, {shards} shards")
    print("| ranks | busiest receiver / mean | MiB received by it |\n| --- | --- | --- |")
    for ranks in (2, 16, 64, 195, 256, 1024):
        ratio, mib = fullest_receiver(ranks, shards, rng)
        print(f"| {ranks} | {ratio:.2f} | {mib:.1f} |")


if __name__ == "__main__":
    main()
