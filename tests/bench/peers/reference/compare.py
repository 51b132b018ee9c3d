"""Compares the CPU time from MIDI files to tokens of the reference's midi-preprocess.py and
tokenize-lakh.py with that of amt prepare on one rank, summed over all processes. Both write the
tokens to text files, which must be equal; amt also shuffles and writes its dataset."""
import filecmp
import hashlib
import os
import pathlib
import shutil
import sys

from measure import Use, arguments, built, folder, interleaved, midi_files, print_ratio, run


# The reference reads the files in the order in which the file system lists them, and the random choices
# depend on that order; amt reads them in order of their MD5.
SORTED = """
import glob, runpy, sys
listed = glob.glob
glob.glob = lambda *words, **more: sorted(listed(*words, **more))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def arrange(files, corpus):
    """Copies the files to CORPUS/FIRST_DIGIT_OF_MD5/MD5.mid, where the reference expects them."""
    for path in files:
        name = hashlib.md5(path.read_bytes()).hexdigest()
        (corpus / name[0]).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, corpus / name[0] / f"{name}.mid")


def main():
    options = arguments(__doc__)
    files = midi_files(options)
    source = pathlib.Path(os.environ["AMT_PEER_SOURCE"]).resolve()
    programs = built("amt")
    with folder() as work:
        work = pathlib.Path(work)
        arrange(files, work / "corpus")

        def reference():
            shutil.rmtree(work / "reference", ignore_errors=True)
            shutil.copytree(work / "corpus", work / "reference")
            environment = os.environ | {"PYTHONPATH": str(source)}
            uses = [run([sys.executable, "-c", SORTED, source / "train" / script, work / "reference", *more],
                        env=environment)
                    for script, more in (("midi-preprocess.py", []), ("tokenize-lakh.py", ["-k", "1"]))]
            return sum(use.cpu for use in uses) * 1000 / len(files)

        def amt():
            shutil.rmtree(work / "text", ignore_errors=True)
            use: Use = run([programs / "amt", "prepare", work / "corpus", work / "dataset", "--overwrite",
                            "--text", work / "text"])
            return use.cpu * 1000 / len(files)

        results = interleaved(options.rounds, {"reference": reference, "amt": amt})
        texts = sorted(path.name for path in (work / "text").glob("tokenized-events-*.txt"))
        same, different, failed = filecmp.cmpfiles(work / "reference", work / "text", texts, shallow=False)
        print(f"{len(files)} files; token files equal: {len(same)}, different: {different}, missing: {failed}")
        print_ratio("CPU ms per file", results, larger_is_better=False)
        if different or failed or not same:
            sys.exit("the tokens differ from the reference's")


main()
