"""The commands to run, and the part of each result that depends only on the input."""
import dataclasses
import hashlib
import json
import re
import typing

import weight_files

MODELS = ("hf", *weight_files.FORMS)
TRAIN = ("train", "--config", "tiny.ini", "--data.dataset", "ds")
SHORT = ("--trainer.num_train_steps", "1", "--trainer.run_dir", "out/run")
DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?")
GOES_ON = re.compile(r"(?:going on|resum\w*|continu\w*) .*step-0*(\d+)")


@dataclasses.dataclass(frozen=True)
class Command:
    """A command. `needs`: the parts of a sandbox that it reads; `writes`: those that it may change
    besides out/; `result`: (sandbox, Ended) -> a value that must be the same for the same input."""
    name: str
    needs: tuple
    argv: tuple
    result: typing.Callable
    writes: tuple = ()


def digest(path):
    return hashlib.md5(path.read_bytes()).hexdigest() if path.is_file() else None


def printed(_, ended):
    return ended.stdout


def dataset(sandbox, _):
    """Returns digests of all files except those that contain the time."""
    folder = sandbox / "out/dataset"
    return sorted((path.name, digest(path)) for path in folder.glob("*")
                  if path.name not in ("report.html", "prepare.ini"))


def written(*names):
    return lambda sandbox, ended: [digest(sandbox / "out" / name) for name in names]


def losses(run):
    """Returns {(step, kind): loss} from a run's metrics."""
    found, metrics = {}, run / "metrics.jsonl"
    if not metrics.is_file():
        raise FileNotFoundError(metrics)  # never reads a device, which might be endless
    for line in metrics.read_text().splitlines():
        record = json.loads(line)
        for kind in ("loss", "valid_loss"):
            if kind in record:
                found[record["step"], kind] = record[kind]
    return found


def trained(run, steps):
    """Returns a function that returns digests of the last checkpoint, and the losses of the steps
    that the command may have made."""
    def result(sandbox, ended):
        last = sandbox / run / f"checkpoints/step-{steps:06d}"
        told = GOES_ON.search(ended.stderr)
        files = [digest(last / name) for name in ("model.safetensors", "optimizer.h5")]
        done = {key: loss for key, loss in losses(sandbox / run).items() if key[0] >= steps - 1}
        return {"files": files, "losses": done, "resumed": bool(told)}
    return result


def report(name):
    def result(sandbox, _):
        return DATE.sub("", (sandbox / name).read_text(errors="replace"))
    return result


def _train(name, needs, argv, run, steps, writes=()):
    return Command(name, ("tiny.ini", "ds", *needs), (*TRAIN, *argv), trained(run, steps), writes)


COMMANDS = {command.name: command for command in (
    *(Command(f"prepare {corpus}", (corpus,),
              ("prepare", corpus, "out/dataset", "--rows-per-shard", "2"), dataset)
      for corpus in ("corpus", "corpus.tar", "corpus.tar.gz", "corpus.zip")),
    *(Command(f"prepare {corpus} --dry-run", (corpus,),
              ("prepare", corpus, "out/dataset", "--dry-run"), printed)
      for corpus in ("corpus", "corpus.tar", "corpus.tar.gz", "corpus.zip")),
    Command("inspect", ("ds",), ("inspect", "ds"), printed),
    Command("inspect --verify", ("ds",), ("inspect", "ds", "--verify"), printed),
    *(Command(f"inspect --row, {split}", ("ds",),
              ("inspect", "ds", "--row", "1", "--split", split, "--midi", "out/row.mid"),
              lambda sandbox, ended: (ended.stdout, digest(sandbox / "out/row.mid")))
      for split in ("train", "valid", "test")),
    *(Command(f"inspect --export-text, {split}", ("ds",),
              ("inspect", "ds", "--export-text", "out/text", "--split", split), written("text"))
      for split in ("train", "valid", "test")),
    _train("train", (), SHORT, "out/run", 1),
    _train("train, resumed", ("run",), ("--trainer.run_dir", "run"), "run", 3, ("run",)),
    *(_train(f"train --init {model}", (model,), (*SHORT, "--init", model), "out/run", 1)
      for model in MODELS),
    Command("train --dry-run", ("tiny.ini", "ds"), (*TRAIN, *SHORT, "--dry-run"), printed),
    *(Command(f"train --init {model} --dry-run", ("tiny.ini", "ds", model),
              (*TRAIN, *SHORT, "--init", model, "--dry-run"), printed) for model in MODELS),
    *(Command(f"eval, {split}", ("ds", "run"),
              ("eval", "run", "ds", "--split", split, "--subsample", "2"), printed)
      for split in ("train", "valid", "test")),
    Command("eval --all", ("ds", "run"), ("eval", "run", "ds", "--all", "--subsample", "4"),
            printed),
    *(Command(f"eval {model}", ("ds", model), ("eval", model, "ds", "--subsample", "4"), printed)
      for model in MODELS),
    Command("report", ("run",), ("report", "run"), report("run/report.html"),
            ("run/report.html",)),
    Command("report --svg", ("run",), ("report", "run", "--svg", "out/loss.svg"),
            report("out/loss.svg")),
)}
