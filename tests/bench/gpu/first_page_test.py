#!/usr/bin/env python3
"""Tests the page and the verdict with logs recorded on an H200, and with logs that contain
faults."""
import pathlib
import tempfile
import unittest

import first_page

SUMMARY = """# First contact: fast
card: NVIDIA H200, 580.159.04, 143771 MiB, 1980 MHz, 1980 MHz
- small-32: right, 3.9 s
- medium-16: right, 3.5 s
"""
SMALL = """NVIDIA H200 (device 0), bf16, cuBLASLt 13.1.0, attention by cuDNN 9.19.0, small, 12 layers, 32 rows: best 59.42 ms, \
median 60.11 ms, 551448 tokens/s (median 545130), loss 10.978
model FLOP/token 8.763e+08 = 6 x multiplied parameters + 12 x layers x width x length; at the median 477.7 TFLOP/s, \
MFU 48.3 % of 989.4 TFLOP/s

operation, alone                calls   ms/step   share   TFLOP/s      GB/s   roof
adamw                               1     0.847    1.4%       0.0      4235   126%
attention backward                 12     7.561   12.4%     204.7       639    21%
linear 768 x 3072                  12     3.943    6.5%     470.6      1393    48%
to host                             1     0.017    0.0%       0.0         0     0%
"""
MEDIUM = """NVIDIA H200 (device 0), bf16, cuBLASLt 13.1.0, attention by cuDNN 9.19.0, medium, 24 layers, 16 rows: best 80.06 ms, \
median 80.39 ms, 204637 tokens/s (median 203805), loss 11.105
model FLOP/token 2.452e+09 = ...; at the median 499.7 TFLOP/s, MFU 50.5 % of 989.4 TFLOP/s
"""


class FirstPageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, stage, **files):
        folder = self.folder / stage
        folder.mkdir()
        for name, text in files.items():
            (folder / name.replace("__", "-").replace("_log", ".log").replace("_md", ".md")).write_text(text)
        return folder

    def fast(self, summary=SUMMARY, small=SMALL):
        return self.write("fast", summary_md=summary, small__32_log=small, medium__16_log=MEDIUM,
                          version_log="amt 1.0\n  CUDA plug-in CUDA 13.0\n")

    def page(self, *folders):
        self.assertEqual(first_page.main([str(folder) for folder in folders]), 0)
        return (folders[-1] / "page.md").read_text()

    def test_the_model_reproduces_its_own_measurements(self):
        page = self.page(self.fast())
        self.assertIn("# NVIDIA H200, ", page)
        self.assertIn("- Right: 2 steps of 2.", page)
        self.assertIn("- small-32: 545,130 tokens/s, 48.3 % MFU, like an H200 (48.3 %).", page)
        self.assertIn("- All operations: 12.4 ms, predicted 12.4 ms (+0.0 %).", page)
        self.assertNotIn("Slower", page)
        self.assertNotIn("Wrong", page)
        self.assertIn("| attention backward | 12 | 7.561 | 7.561 | +0.0 % |", page)
        self.assertIn("| to host | 1 | 0.017 | | |", page)
        self.assertIn("CUDA plug-in CUDA 13.0", page)

    def test_a_slower_operation_is_reported_with_its_cost(self):
        slow = SMALL.replace("7.561   12.4%     204.7", "9.073   12.4%     170.6")
        page = self.page(self.fast(small=slow))
        self.assertIn("**Slower than the model**: attention backward, 9.07 ms instead of 7.56 (+20.0 %, 1.51 ms", page)

    def test_another_card_is_compared_with_its_own_peak_and_bandwidth(self):
        h100 = SUMMARY.replace("H200", "H100 80GB HBM3")
        slow = SMALL.replace("0.847    1.4%       0.0      4235", "1.214    1.4%       0.0      2955")
        page = self.page(self.fast(h100, slow))
        self.assertIn("| adamw | 1 | 1.214 | 1.214 | ", page)
        self.assertNotIn("Slower", page)

    def test_failures_come_first_and_skipped_tests_are_reported(self):
        correct = self.write("correct", summary_md="# First contact: correct\ncard: NVIDIA H200, 580\n"
                             "- Linear: WRONG, exit code 1 after 2.0 s, see Linear.log\n- LmHead: right, 1.0 s\n"
                             "  (something was skipped)\n", Linear_log="Failure\n")
        page = self.page(correct, self.fast())
        self.assertIn("- Right: 3 steps of 4.\n- **Wrong**: correct: Linear (exit code 1", page)
        self.assertIn("skipped in 1 steps", page)
        raw = (self.folder / "fast" / "raw.txt").read_text()
        for part in ("## correct: Linear.log\n\nFailure", "## fast: small-32.log", "## fast: summary.md"):
            self.assertIn(part, raw)

    def test_an_unknown_card_has_no_model(self):
        unknown = SMALL.replace(", MFU 48.3 % of 989.4 TFLOP/s", ", MFU unknown: --peak gives the device's TFLOP/s")
        page = self.page(self.fast(SUMMARY.replace("NVIDIA H200", "no nvidia-smi"), unknown))
        self.assertIn("No model: this card's peak or bandwidth is unknown", page)

    def test_the_most_specific_name_gives_the_bandwidth(self):
        for name, expected in (("NVIDIA H100 80GB HBM3", 3350), ("NVIDIA H100 NVL", 3900), ("NVIDIA GH200 480GB", 4000),
                               ("NVIDIA A100-SXM4-80GB", 2039), ("Tesla T4", 0)):
            self.assertEqual(first_page.bandwidth_of(name), expected)


if __name__ == "__main__":
    unittest.main()
