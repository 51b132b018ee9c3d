"""MiB of MIDI that a Python library and amt's parser read per second of CPU time on one core."""
import os
import shutil
import subprocess
import sys

from measure import arguments, built, folder, interleaved, midi_files, number, print_ratio, text_of

REJECTED = r"rejected (\d+)"
LOOP = """
import time
files, rejected = [line.strip() for line in sys.stdin], 0
begin = time.process_time()
for path in files:
    try:
        parse(path)
    except Exception:
        rejected += 1
print("seconds", time.process_time() - begin, "rejected", rejected)
"""


def compare(text, name, parse):
    """Compares a library whose Python source `parse` defines parse(path)."""
    options = arguments(text)
    files = midi_files(options)
    programs = built("tokenise_bench")
    with folder() as work:
        copies = [f"{work}/{i:06}.mid" for i in range(len(files))]  # each in the same folder, without other files
        for path, copy in zip(files, copies):
            shutil.copy(path, copy)
        mebibytes = sum(os.path.getsize(path) for path in copies) / 2**20

        def rival():
            output = text_of([sys.executable, "-c", parse + LOOP], input="\n".join(copies))
            print(f"{name}: {number(REJECTED, output):.0f} of {len(copies)} files rejected")
            return mebibytes / number(r"seconds ([\d.]+)", output)

        def amt():
            output = text_of([programs / "tokenise_bench", "--benchmark_filter=parse_to_notes", "--benchmark_format=csv"],
                             env=os.environ | {"AMT_BENCH_CORPUS": work}, stderr=subprocess.DEVNULL)
            header, values = [line.split(",") for line in output.splitlines() if "," in line][-2:]
            return float(values[header.index("bytes_per_second")]) / 2**20

        print(f"{len(copies)} files, {mebibytes:.1f} MiB")
        print_ratio("MiB/s", interleaved(options.rounds, {name: rival, "amt": amt}), larger_is_better=True)
