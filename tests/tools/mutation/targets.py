"""The files that the test mutates, and the commands that read them."""
import dataclasses

import commands

SPLITS = ("train", "valid", "test")
ALL_OF_DATASET = ("inspect", "inspect --verify", "inspect --row, train",
                  "inspect --export-text, valid", "train", "train --dry-run", "train, resumed",
                  "eval, test")
# An error about the manifest may instead name a file that no longer agrees with it.
MANIFEST_WORDS = ("manifest.json", "ds/", ".h5", ".H5", "made with dataset")
OF_RUN = ("train, resumed", "train, resumed", "eval, test", "eval --all")


@dataclasses.dataclass(frozen=True)
class Target:
    """A file to change. `path` is relative to a sandbox; `form` is the file's format; `names`: each
    error must contain one of these; `weight`: how often it is chosen; `sealed`: its hash is stored
    elsewhere."""
    path: str
    form: str
    commands: tuple
    names: tuple
    weight: int
    sealed: bool = False


def _corpora(sandbox):
    for form, name in (("tar", "corpus.tar"), ("gzip", "corpus.tar.gz"), ("zip", "corpus.zip")):
        tried = (f"prepare {name}",) * 4 + (f"prepare {name} --dry-run",)
        yield Target(name, form, tried, (name, "rejected.tsv"), 8)
    for path in sorted((sandbox / "corpus").iterdir()):
        tried = ("prepare corpus",) * 4 + ("prepare corpus --dry-run",)
        yield Target(f"corpus/{path.name}", "midi", tried, (), 3)


def _readers(split):
    """Returns the commands that read a shard of the split. eval also reads the training rows, for
    the token frequencies."""
    common = ("inspect --verify", f"inspect --row, {split}", f"inspect --export-text, {split}",
              f"eval, {split}")
    return common + {"train": ("train", "train, resumed", "eval, test"), "valid": ("train",),
                     "test": ()}[split]


def _dataset(sandbox):
    yield Target("ds/manifest.json", "json", ALL_OF_DATASET, MANIFEST_WORDS, 25)
    for split in SPLITS:
        for path in sorted((sandbox / "ds").glob(f"{split}-*.h5")):
            yield Target(f"ds/{path.name}", "shard", _readers(split),
                         (path.name, "made with dataset", "row 1 of"), 6, True)
        yield Target(f"ds/{split}.h5", "hdf5", ("inspect --verify",), (f"{split}.h5",), 4)


def _checkpoint(step, weight):
    folder = f"run/checkpoints/step-{step:06d}"
    tried = OF_RUN if step == 2 else ("eval --all",)
    for name, form in (("checkpoint.json", "json"), ("state.json", "json"), ("config.json", "json"),
                       ("model.safetensors", "safetensors"), ("optimizer.h5", "moments")):
        yield Target(f"{folder}/{name}", form, tried,
                     (name, "step-00000", "checkpoint in run"), weight,
                     name != "checkpoint.json")


def _run(sandbox):
    yield from _checkpoint(2, 10)
    yield from _checkpoint(1, 1)
    reports = ("report",) * 6 + ("report --svg",) * 2 + ("train, resumed",)
    yield Target("run/metrics.jsonl", "jsonl", reports, ("metrics.jsonl",), 10)
    yield Target("run/run.json", "json", reports, ("run.json",), 10)
    yield Target("run/config.ini", "ini", ("train, resumed",), ("config.ini", "run holds"), 6)
    yield Target("run/checkpoints/latest", "bytes", ("train, resumed", "eval, test"),
                 ("latest",), 2)
    yield Target("run/in-use", "json", ("train, resumed",), ("in-use", "in use by another"), 6)
    for path in sorted((sandbox / "run").glob("tensorboard/*")):
        yield Target(str(path.relative_to(sandbox)), "bytes", ("train, resumed",), (path.name,),
                     2)


def _options():
    yield Target("tiny.ini", "ini", ("train --dry-run",) * 4 + ("train",), ("tiny.ini", "--"), 10)


def _models(sandbox):
    forms = {".json": "json", ".safetensors": "safetensors", ".bin": "pickle"}
    for model in commands.MODELS:
        tried = (f"eval {model}",) * 2 + (f"train --init {model} --dry-run",) * 2 + (
            f"train --init {model}",)
        for path in sorted((sandbox / model).glob("*")):
            weight = 10 if model == "hf" else 4
            yield Target(f"{model}/{path.name}", forms[path.suffix], tried, (path.name, model),
                         weight)


def find_targets(sandbox):
    """Returns all targets that this version of amt supports, in a fixed order."""
    groups = (_corpora(sandbox), _dataset(sandbox), _run(sandbox), _options(), _models(sandbox))
    return [target for group in groups for target in group if (sandbox / target.path).is_file()]
