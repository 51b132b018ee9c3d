#!/usr/bin/env python3
"""optimizer_proof.py on recorded runs: the best learning rate, steps to a loss, and what is left out."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).with_name("optimizer_proof.py")


def record(work, name, losses):
    """A run with these validations, four steps apart."""
    (work / name).mkdir()
    lines = [json.dumps({"step": 4 * i + 3, "valid_loss": loss}) for i, loss in enumerate(losses)]
    (work / name / "metrics.jsonl").write_text("\n".join(['{"step":0,"loss":9}'] + lines) + "\n")


def report(work):
    command = [sys.executable, SCRIPT, "amt", "dataset", work, "--models", "t=8x1", "--steps", "8", "--seeds", "2",
               "--faster", "2", "--recorded"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class OptimizerProof(unittest.TestCase):
    def test_report(self):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            record(work, "t-adamw-0.001-seed0-8", [9, 7.5])
            record(work, "t-adamw-1e-05-seed0-8", [9, 7])
            record(work, "t-muon-0.001-seed0-8", [8, 6])
            record(work, "t-muon-0.002-seed0-8", [8])  # not complete
            text = report(work)
            self.assertIn("| learning rate | 1e-05 | 0.001 |\n", text)
            self.assertIn("| muon |  | 6.0000 |\n", text)
            self.assertIn("| 0 | 7.0000 | 6.0000 | 6, 1.33 times fewer |  |\n", text)
            self.assertEqual((work / "t.svg").read_text().count("<polyline"), 2)
            record(work, "t-muon-0.001-seed0-4", [6.5])
            text = report(work)
            self.assertIn("AdamW at 1e-05, Muon at 0.001:", text)
            # Half of the way from 8 to 6, so after 6 of the 8 steps.
            self.assertIn("| 0 | 7.0000 | 6.0000 | 6, 1.33 times fewer | 6.5000 |\n", text)
            for name, losses in (("adamw-1e-05", [9, 5]), ("muon-0.001", [8, 6])):
                record(work, f"t-{name}-seed1-8", losses)
            record(work, "t-muon-0.001-seed1-4", [6.5])
            text = report(work)
            self.assertIn("| 1 | 5.0000 | 6.0000 | not reached | 6.5000 |\n", text)
            self.assertIn("|  | 0.0000 ± 1.4142 below AdamW |  | -0.5000 ± 1.4142 below AdamW |\n", text)
            self.assertIn("t,adamw,1e-05,1,8,8,5.00000\n", (work / "curves.csv").read_text())
            self.assertEqual((work / "t.svg").read_text().count("<polyline"), 6)


if __name__ == "__main__":
    unittest.main()
