"""A training pass (forward and backward, one row of 1,024 tokens) of lakh-small on the CPU: PyTorch,
plain and compiled, against amt, seconds of the fastest pass on two threads. On a CPU without
AVX512-BF16 or AMX, amt has only fp32 (--precisions fp32)."""
import sys

from measure import ROOT, arguments, built, interleaved, number, print_ratio, text_of


def main():
    options = arguments(__doc__, corpus=False, precisions=("bf16", "fp32"))
    programs = built("step_bench")

    def pytorch(precision, *more):
        output = text_of([sys.executable, ROOT / "tests/bench/pytorch_step.py", "--precision", precision, *more])
        print(output.strip())
        return number(r"best ([\d.]+) s", output)

    def amt(precision):
        output = text_of([programs / "step_bench", "--precision", precision])
        print(output.strip())
        return number(r"best ([\d.]+) s", output)

    for precision in options.precisions:
        results = interleaved(options.rounds, {"PyTorch": lambda p=precision: pytorch(p),
                                               "PyTorch, compiled": lambda p=precision: pytorch(p, "--compile"),
                                               "amt": lambda p=precision: amt(p)})
        print_ratio(f"seconds, {precision}", results, larger_is_better=False)


main()
