#!/usr/bin/env python3
"""Tests the scaling model: limits, published numbers, and its comparison with measured points."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import scaling_model as model
import sharding_model


class ScalingModelTest(unittest.TestCase):
    def setUp(self):
        self.inputs = model.parse_arguments([])
        self.even = {1: [1.0] * 3584}

    def test_a_large_ring_sends_twice_the_data(self):
        self.assertEqual(model.ring_seconds(1e9, 1, 1e9, 0), 0)
        self.assertAlmostEqual(model.ring_seconds(1e9, 2, 1e9, 0), 1)
        self.assertAlmostEqual(model.ring_seconds(1e9, 1000, 1e9, 0), 1.998)

    def test_a_tree_sends_all_data_up_and_down_each_level(self):
        self.assertEqual(model.tree_seconds(1e9, 1, 1e9, 0), 0)
        self.assertAlmostEqual(model.tree_seconds(1e9, 2, 1e9, 0), 2)
        self.assertAlmostEqual(model.tree_seconds(1e9, 64, 1e9, 0), 12)

    def test_nccl_uses_a_ring_for_few_ranks_and_trees_for_many(self):
        self.assertAlmostEqual(model.nccl_seconds(1e9, 2, 1e9, 0), 1)
        ring = model.ring_seconds(1e9, 512, 1e9, 1e-3)
        trees = model.nccl_seconds(1e9, 512, 1e9, 1e-3)
        self.assertLess(trees, ring)
        self.assertAlmostEqual(trees, 2 + 40 * 2 * 9 * 1e-3)

    def test_only_sums_of_blocks_overlap_the_backward_pass(self):
        self.assertAlmostEqual(model.exposed_reduction("ring", 1e9, 1e8, 2, 1e9, 0, backward=5), 0.1)
        self.assertAlmostEqual(model.exposed_reduction("ring", 1e9, 1e8, 2, 1e9, 0, backward=0.25), 0.85)

    def test_flops_agree_with_those_of_the_program(self):
        for name, mflop in (("small", 876), ("medium", 2452), ("large", 5236)):
            self.assertEqual(round(model.row_flops(name) / model.CONTEXT / 1e6), mflop)

    def test_efficiency_does_not_exceed_one(self):
        for weak in (False, True):
            for table in (model.train_table(self.inputs, weak),
                          model.prepare_table(self.inputs, 1, self.even, weak)):
                self.assertEqual(table[0][2], 1)
                self.assertLessEqual(max(row[2] for row in table), 1 + 1e-12)

    def test_prepare_scales_perfectly_without_overheads(self):
        words = "--start-seconds 0 --list-rate 1e99 --file-operations 0 --message-seconds 0 " \
                "--node-link 1e99 --file-system 1e99 --rows-per-shard 1"
        table = model.prepare_table(model.parse_arguments(words.split()), 1, self.even, weak=False)
        self.assertAlmostEqual(table[6][2], 1, places=6)  # 64 ranks divide the units evenly

    def test_finds_the_first_efficiency_below_half(self):
        table = [(1, {"a": 1, "b": 0}, 1.0), (2, {"a": 1, "b": 3}, 0.4)]
        self.assertIn("from 2 on", model.limit(table))
        self.assertTrue(model.limit(table).endswith(": b"))
        self.assertIn("up to 1", model.limit(table[:1]))

    def test_a_sharded_step_waits_for_what_no_pass_hides(self):
        self.inputs.hop_seconds = 0
        blocks, embedding = model.gradient_bytes("small")
        long, none = (sharding_model.forms(self.inputs, 8, 1e9, seconds) for seconds in (1e9, 0))
        for now, waited in ((long, embedding), (none, blocks + embedding)):
            for seconds in now["as it is"]:
                self.assertAlmostEqual(seconds, waited / 1e9)
        self.assertAlmostEqual(long["parameters before the forward pass"][1], 7 / 8 * (blocks + embedding) / 1e9)
        few = sharding_model.forms(self.inputs, 2, 1e9, 1e9)
        self.assertAlmostEqual(few["as it is"][1], (blocks + embedding) / 2e9)

    def test_predicts_points_from_the_time_of_one_rank(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "points.csv"
            path.write_text("job,ranks,hosts,link_mbit,rows,seconds,bytes,embedding_bytes,link_bytes\n"
                            "tokenise,1,1,0,1000,8,0,0,0\n"
                            "tokenise,2,2,80,1000,10,40000000,0,20000000\n")
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                model.print_measured(self.inputs, model.read_points(path))
        # 8 s on two ranks, plus each host's half of the bytes at 10 MB/s.
        self.assertIn("| 10 | 6 | 1.67 |", out.getvalue())


if __name__ == "__main__":
    unittest.main()
