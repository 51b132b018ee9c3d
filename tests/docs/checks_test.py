#!/usr/bin/env python3
"""Tests that the checks of documents find each kind of broken link and unknown option, and accept a
correct repository."""
import pathlib
import tempfile
import unittest

import check_links
import check_options

WHOLE = {
    "README.md": "# Name\n\nSee [the format](docs/formats.md#shard-files) and `src/a.cpp`.\n\n```sh\ntests/run.sh\n```\n",
    "docs/formats.md": "# Formats\n\n## Shard files\n\nBack to the [front](../README.md), `tests/X.{sh,py}`.\n",
    "docs/spec/a.md": "# Spec\n\n## 1. Chunks\n\nText.\n\n## 2. Events\n\n1. One.\n2. Two.\n\n## Evaluation\n",
    "src/a.cpp": "// docs/spec/a.md 2.1 to 2.2, docs/spec/a.md,\n// \"Evaluation\"; docs/formats.md\n",
    "tests/run.sh": "# nothing\n",
    "tests/run.py": "# nothing\n",
}


class LinksTest(unittest.TestCase):
    def problems(self, **changed):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in (WHOLE | changed).items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(check_links.find_problems(root))

    def expect_one(self, text, name, **changed):
        problems = self.problems(**changed)
        self.assertEqual(len(problems), 1, problems)
        self.assertTrue(problems[0].startswith(name + ":"), problems)
        self.assertIn(text, problems[0])

    def test_a_correct_repository_has_no_problems(self):
        self.assertEqual(self.problems(), [])

    def test_a_link_to_a_missing_file(self):
        self.expect_one("docs/gone.md", "README.md", **{"README.md": "[x](docs/gone.md)"})

    def test_an_anchor_without_a_heading(self):
        self.expect_one("#shards", "README.md", **{"README.md": "[x](docs/formats.md#shards)"})

    def test_an_anchor_within_the_page(self):
        self.expect_one("#b", "README.md", **{"README.md": "# A\n\n[x](#a) [y](#b)"})

    def test_a_path_in_code(self):
        self.expect_one("src/b.cpp", "README.md", **{"README.md": "`src/b.cpp`"})

    def test_a_path_in_a_block(self):
        self.expect_one("jobs/gone.sh", "README.md", **{"README.md": "```sh\njobs/gone.sh --help\n```"})

    def test_one_of_several_extensions(self):
        self.expect_one("tests/run.rb", "README.md", **{"README.md": "`tests/run.{sh,rb}`"})

    def test_a_document_that_a_source_cites(self):
        self.expect_one("docs/gone.md", "src/a.cpp", **{"src/a.cpp": "// See docs/gone.md.\n"})

    def test_a_section_that_a_source_cites(self):
        self.expect_one("section 3", "src/a.cpp", **{"src/a.cpp": "// docs/spec/a.md 3\n"})

    def test_an_item_of_a_section(self):
        self.expect_one("section 2.3", "src/a.cpp", **{"src/a.cpp": "// docs/spec/a.md 2.1 to 2.3\n"})

    def test_a_named_section(self):
        self.expect_one('"Loss"', "src/a.cpp", **{"src/a.cpp": "// docs/spec/a.md,\n/// \"Loss\"\n"})

    def test_a_folder_missing_in_the_readme(self):
        self.expect_one("midi/", "README.md", **{"src/midi/a.cpp": ""})

    def test_a_section_named_before_its_document(self):
        self.expect_one('"Build"', "tests/run.sh", **{"tests/run.sh": '# see "Build" in README.md\n'})


class OptionsTest(unittest.TestCase):
    KNOWN = {"train": {"--trainer.seed", "--dry-run"}, "eval": {"--split"}, "": {"--help"}}

    def problems(self, text):
        return list(check_options.find_problems("README.md", text, pathlib.Path("."), self.KNOWN))

    def test_existing_options(self):
        text = "`--split test`, `--trainer.seed`.\n```sh\nmpirun -n 2 amt train --trainer.seed 1  # --no option\ncmake --fresh\n```\n"
        self.assertEqual(self.problems(text), [])

    def test_an_unknown_option(self):
        self.assertEqual(len(self.problems("`--splits test`")), 1)

    def test_an_option_of_another_command(self):
        self.assertEqual(len(self.problems("```sh\namt train \\\n  --split test\n```\n")), 1)
        self.assertEqual(len(self.problems("`amt eval --dry-run`")), 1)


if __name__ == "__main__":
    unittest.main()
