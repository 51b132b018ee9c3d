"""Shuffling rows: a program that shuffles lines of text against the whole of amt prepare, which
parses and tokenises the MIDI files, shuffles, and writes checksummed shards."""
import pathlib

from measure import arguments, built, folder, interleaved, midi_files, print_ratio, run

AUGMENT = 10


def compare(text, name, shuffle):
    """shuffle(input, output, work) shuffles the lines of a file and returns its Use."""
    options = arguments(text)
    files = midi_files(options)
    programs = built("amt")
    with folder() as work:
        work = pathlib.Path(work)
        corpus = work / "corpus"
        corpus.mkdir()
        for number, path in enumerate(files):
            (corpus / f"{number:06}.mid").write_bytes(path.read_bytes())
        prepare = [programs / "amt", "prepare", corpus, work / "dataset", "--overwrite", "--augment", AUGMENT,
                   "--memory", "64MB"]
        run([*prepare, "--text", work / "text"])
        lines = work / "train.txt"
        with open(lines, "wb") as out:
            for path in sorted((work / "text").glob("tokenized-events-[0-9a-d].txt")):
                out.write(path.read_bytes())
        with open(lines, "rb") as text_file:
            rows = sum(1 for _ in text_file)
        print(f"{rows} training rows, {lines.stat().st_size / 2**20:.0f} MiB of text, "
              f"{rows * 2048 / 2**20:.0f} MiB in amt's shards")
        uses = interleaved(options.rounds, {name: lambda: shuffle(lines, work / "shuffled.txt", work),
                                            "amt": lambda: run(prepare)})
        for unit, field in (("CPU seconds", "cpu"), ("peak MiB", "peak")):
            print_ratio(unit, {side: [getattr(use, field) for use in of] for side, of in uses.items()}, larger_is_better=False)
